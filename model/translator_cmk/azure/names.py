"""The form of the names that Azure gives to tenants, subscriptions and identities."""

import re

GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
