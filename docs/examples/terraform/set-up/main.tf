# A Translator resource with customer-managed keys, its key vault and its key,
# in one region and one tenant.
#
# usage: az login, export ARM_SUBSCRIPTION_ID=..., terraform init,
#        terraform apply
#
# The key is created through Resource Manager, so nobody gets rights on keys of
# the vault but the resource.  The access policy stands in the vault: a policy
# resource beside it would fight with it.  Run `translator-cmk check-plan` on
# each later plan.
terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      # We read the sources of 4.81 and 5.2, and ran neither
      version = ">= 4.81, < 5.3"
    }
    azapi = {
      source  = "Azure/azapi"
      version = "~> 2.0"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.12"
    }
  }
}

provider "azurerm" {
  features {
    # By default a destroyed resource is purged at once, and can't be recovered
    cognitive_account {
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "azapi" {}

data "azurerm_client_config" "current" {}

variable "group" {
  type    = string
  default = "rg-translator"
}

variable "region" {
  type        = string
  description = "Region of resource and key vault, such as swedencentral; not global"
}

variable "translator" {
  type        = string
  description = "Name of the resource; global"
}

variable "vault" {
  type        = string
  description = "Name of the key vault; global, and kept for 90 days"
}

resource "azurerm_resource_group" "main" {
  name     = var.group
  location = var.region
}

resource "azurerm_cognitive_account" "translator" {
  name                  = var.translator
  resource_group_name   = azurerm_resource_group.main.name
  location              = azurerm_resource_group.main.location
  kind                  = "TextTranslation"
  sku_name              = "S1" # a guess: the article names no tier
  custom_subdomain_name = var.translator

  identity {
    type = "SystemAssigned"
  }

  lifecycle {
    # The resource of this name below has it
    ignore_changes  = [customer_managed_key]
    prevent_destroy = true
  }
}

resource "azurerm_key_vault" "vault" {
  name                       = var.vault
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = false
  purge_protection_enabled   = true
  soft_delete_retention_days = 90

  access_policy {
    tenant_id       = azurerm_cognitive_account.translator.identity[0].tenant_id
    object_id       = azurerm_cognitive_account.translator.identity[0].principal_id
    key_permissions = ["Get", "WrapKey", "UnwrapKey"]
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azapi_resource" "key" {
  type      = "Microsoft.KeyVault/vaults/keys@2026-02-01"
  name      = "cmk"
  parent_id = azurerm_key_vault.vault.id

  body = {
    properties = {
      kty     = "RSA"
      keySize = 2048
    }
  }

  response_export_values = ["properties.keyUriWithVersion"]

  lifecycle {
    prevent_destroy = true
  }
}

# A grant can take ten minutes to spread, and the provider doesn't try again
resource "time_sleep" "grant" {
  create_duration = "10m"
  depends_on      = [azurerm_key_vault.vault]
}

resource "azurerm_cognitive_account_customer_managed_key" "cmk" {
  cognitive_account_id = azurerm_cognitive_account.translator.id
  key_vault_key_id     = azapi_resource.key.output.properties.keyUriWithVersion
  depends_on           = [time_sleep.grant]

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_management_lock" "vault" {
  name       = "holds-the-key"
  scope      = azurerm_key_vault.vault.id
  lock_level = "CanNotDelete"
}

resource "azurerm_management_lock" "translator" {
  name       = "holds-the-data"
  scope      = azurerm_cognitive_account.translator.id
  lock_level = "CanNotDelete"
}
