"""The screens, a file each; every module here is loaded when the page is put on a server."""
