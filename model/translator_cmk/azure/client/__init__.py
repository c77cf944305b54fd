"""The adapter from the kit to Azure, or to whatever answers as Azure does, over Microsoft's
SDKs.
"""
