"""Azure's own interfaces: a server that answers as Azure does for the model, and an adapter over Microsoft's libraries.

The server in a process of its own is `translator-cmk serve --azure [HOST:PORT]`.  In a test:

    from translator_cmk.azure.server import azure_server

    with azure_server() as server:
        server.port, server.authority_file

It needs the extra `azure`.  Nothing here is imported before it is used, since most installations lack the extra.
"""
