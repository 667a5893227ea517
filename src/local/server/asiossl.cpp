// The bodies of asio's TLS, compiled once: only the service needs them.
#ifdef BOOST_ASIO_SEPARATE_COMPILATION
#include <boost/asio/ssl/impl/src.hpp>
#endif
