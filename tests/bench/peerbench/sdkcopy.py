"""Run inside the environment of azure-storage-blob: signs addresses, makes containers, and copies one file up or down by the SDK.
Usage: sdkcopy.py sign NAME KEY | make URL | up FILE URL | down URL FILE        (up and down print seconds)"""
import datetime
import sys
import time

from azure.storage.blob import AccountSasPermissions, BlobClient, ContainerClient, ResourceTypes, generate_account_sas


def main(what, *words):
    if what == "sign":
        print(generate_account_sas(*words, ResourceTypes(service=True, container=True, object=True), AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True, add=True),
                                   datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=4)))
    elif what == "make":
        ContainerClient.from_container_url(words[0]).create_container()
    elif what == "up":
        began = time.monotonic()
        with open(words[0], "rb") as file:
            BlobClient.from_blob_url(words[1]).upload_blob(file, overwrite=True, max_concurrency=4)
        print(time.monotonic() - began)
    else:
        began = time.monotonic()
        with open(words[1], "wb") as file:
            BlobClient.from_blob_url(words[0]).download_blob(max_concurrency=4).readinto(file)
        print(time.monotonic() - began)


main(*sys.argv[1:])
