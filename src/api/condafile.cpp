#include "condafile.h"

#include "core/text.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace runyard::api {

namespace {

using Name = std::pair<std::string_view, std::string_view>;

constexpr std::size_t TextLimit = 1 << 20;
constexpr std::size_t PackageLimit = 1000;

// Conda's name and PyPI's, of what training scripts ask for.
constexpr std::array<Name, 52> names{{{"absl-py", "absl-py"}, {"accelerate", "accelerate"}, {"albumentations", "albumentations"}, {"azureml-core", "azureml-core"},
    {"azureml-mlflow", "azureml-mlflow"}, {"boto3", "boto3"}, {"catboost", "catboost"}, {"datasets", "datasets"}, {"fastai", "fastai"}, {"h5py", "h5py"}, {"imageio", "imageio"},
    {"ipykernel", "ipykernel"}, {"ipython", "ipython"}, {"joblib", "joblib"}, {"keras", "keras"}, {"lightgbm", "lightgbm"}, {"matplotlib", "matplotlib"},
    {"matplotlib-base", "matplotlib"}, {"mlflow", "mlflow"}, {"networkx", "networkx"}, {"nltk", "nltk"}, {"numba", "numba"}, {"numpy", "numpy"}, {"onnx", "onnx"},
    {"opencv", "opencv-python-headless"}, {"pandas", "pandas"}, {"pillow", "pillow"}, {"psutil", "psutil"}, {"py-xgboost", "xgboost"}, {"pyarrow", "pyarrow"}, {"pyyaml", "pyyaml"},
    {"pytorch", "torch"}, {"pytorch-lightning", "pytorch-lightning"}, {"requests", "requests"}, {"scikit-image", "scikit-image"}, {"scikit-learn", "scikit-learn"}, {"scipy", "scipy"},
    {"seaborn", "seaborn"}, {"setuptools", "setuptools"}, {"six", "six"}, {"spacy", "spacy"}, {"statsmodels", "statsmodels"}, {"sympy", "sympy"}, {"tensorboard", "tensorboard"},
    {"tensorflow", "tensorflow"}, {"tokenizers", "tokenizers"}, {"torchaudio", "torchaudio"}, {"torchvision", "torchvision"}, {"tqdm", "tqdm"}, {"transformers", "transformers"},
    {"wheel", "wheel"}, {"xgboost", "xgboost"}}};

std::string trimmed(std::string text)
{
    text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
    text.erase(text.find_last_not_of(" \t") + 1);
    return text;
}

// Conda's "=1.2" is a prefix, "=1.2=build" adds a build that PyPI knows nothing of; the rest reads alike.
std::string pipVersion(std::string version)
{
    version = trimmed(std::move(version));
    if (version.starts_with("=") && !version.starts_with("==")) {
        version = trimmed(version.substr(1, version.find('=', 1) - 1));
        return version.find('*') != std::string::npos ? "==" + version : "==" + version + ".*";
    }
    return version;
}

void addConda(const std::string& spec, CondaFile& file)
{
    const auto channel = spec.find("::");
    const std::string line = trimmed(channel == std::string::npos ? spec : spec.substr(channel + 2));
    const auto end = std::min(line.find_first_of(" =<>!~"), line.size());
    const std::string name = line.substr(0, end), version = trimmed(line.substr(end));
    if (name == "python") {
        const auto digits = version.find_first_of("0123456789");
        if (digits != std::string::npos)
            file.python = version.substr(digits, version.find_first_not_of("0123456789.", digits) - digits);
        return;
    }
    if (name.empty() || name == "pip")
        return;
    const auto known = std::find_if(names.begin(), names.end(), [&](const Name& pair) { return pair.first == name; });
    if (known == names.end())
        file.condaOnly.push_back(name);
    else
        file.packages.push_back(std::string(known->second) + pipVersion(version));
}

// An alias may stand for a long list, many times over.
void addPip(std::string line, CondaFile& file)
{
    if (!line.empty() && file.packages.size() <= PackageLimit)
        file.packages.push_back(std::move(line));
}

// Also in UTF-8: what the YAML reader makes of some escapes is not.
bool isOneLine(std::string_view text)
{
    return isUtf8(text) && std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' && c != '\t'; });
}

Result<> checkPackages(const CondaFile& file)
{
    if (file.packages.size() + file.condaOnly.size() > PackageLimit)
        return failure(Error::Code::Invalid, "The conda file asks for more than " + std::to_string(PackageLimit) + " packages.");
    for (const auto* list : {&file.packages, &file.condaOnly}) {
        if (!std::all_of(list->begin(), list->end(), isOneLine))
            return failure(Error::Code::Invalid, "The conda file holds a package that is not one line of text. Write one package a line.");
    }
    return {};
}

void readDependencies(const YAML::Node& list, CondaFile& file)
{
    for (const auto& item : list) {
        if (file.packages.size() + file.condaOnly.size() > PackageLimit)
            return;
        if (item.IsScalar())
            addConda(item.as<std::string>(), file);
        else if (item.IsMap() && item["pip"] && item["pip"].IsSequence())
            for (const auto& line : item["pip"])
                addPip(trimmed(line.as<std::string>()), file);
    }
}

} // namespace

Result<CondaFile> readCondaFile(const std::string& yaml)
{
    if (yaml.size() > TextLimit)
        return failure(Error::Code::Invalid, "The conda file is larger than 1 MiB.");
    try {
        const YAML::Node root = YAML::Load(yaml);
        const YAML::Node list = root.IsMap() ? root["dependencies"] : YAML::Node();
        if (!list || !list.IsSequence())
            return failure(Error::Code::Invalid, "The conda file has no list of “dependencies”.");
        CondaFile file;
        readDependencies(list, file);
        if (auto good = checkPackages(file); !good)
            return Failure(good.error());
        return file;
    } catch (const YAML::Exception& fault) {
        return failure(Error::Code::Invalid, "The conda file is not YAML: " + std::string(fault.what()).substr(0, 300) + ".");
    }
}

} // namespace runyard::api
