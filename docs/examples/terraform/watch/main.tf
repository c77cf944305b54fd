# Mails somebody at each event that can lose the key: logs of key vault and
# subscription, and an alert for each query in ../../kql.
#
# usage: az login, export ARM_SUBSCRIPTION_ID=..., terraform init,
#        terraform apply
#
# Log and alerts are in the key vault's own subscription, and Contributors of
# that subscription can delete both.  If the resource is in another
# subscription, that one needs a setting "subscription" of its own.
terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      # We read the sources of 4.81 and 5.2, and ran neither
      version = ">= 4.81, < 5.3"
    }
  }
}

provider "azurerm" {
  features {}
}

data "azurerm_subscription" "current" {}

variable "vault_id" {
  type        = string
  description = "Resource id of the key vault"
}

variable "translator_id" {
  type        = string
  description = "Resource id of the Translator resource"
}

variable "mail" {
  type        = string
  description = "Address of an on-call person"
}

variable "group" {
  type        = string
  description = "Resource group for log and alerts, in the same subscription"
  default     = "rg-cmk-watch"
}

variable "region" {
  type        = string
  description = "Region for log and alerts, such as swedencentral"
}

locals {
  vault      = split("/", var.vault_id)
  translator = split("/", var.translator_id)
  ours = {
    vault            = local.vault[8]
    vault_group      = local.vault[4]
    translator       = local.translator[8]
    translator_group = local.translator[4]
    watch_group      = var.group
  }
}

resource "azurerm_resource_group" "watch" {
  name     = var.group
  location = var.region
}

resource "azurerm_log_analytics_workspace" "log" {
  name                = "cmk-log"
  resource_group_name = azurerm_resource_group.watch.name
  location            = azurerm_resource_group.watch.location
  retention_in_days   = 90
}

# In the table AZKVAuditLogs, which "Dedicated" asks for
resource "azurerm_monitor_diagnostic_setting" "vault" {
  name                           = "cmk-watch"
  target_resource_id             = var.vault_id
  log_analytics_workspace_id     = azurerm_log_analytics_workspace.log.id
  log_analytics_destination_type = "Dedicated"

  enabled_log {
    category_group = "audit"
  }
}

# In the table AzureActivity
resource "azurerm_monitor_diagnostic_setting" "subscription" {
  name                       = "cmk-watch"
  target_resource_id         = data.azurerm_subscription.current.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.log.id

  enabled_log {
    category = "Administrative"
  }

  enabled_log {
    category = "Security"
  }
}

resource "azurerm_monitor_action_group" "on_call" {
  name                = "cmk-on-call"
  resource_group_name = azurerm_resource_group.watch.name
  short_name          = "cmk-on-call"

  email_receiver {
    name                    = "on-call"
    email_address           = var.mail
    use_common_alert_schema = true
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "alert" {
  for_each = fileset("${path.module}/../../kql", "*.kql")

  name                    = "cmk-${trimsuffix(each.key, ".kql")}"
  description             = trimprefix(split("\n", file("${path.module}/../../kql/${each.key}"))[0], "// ")
  resource_group_name     = azurerm_resource_group.watch.name
  location                = azurerm_resource_group.watch.location
  scopes                  = [azurerm_log_analytics_workspace.log.id]
  severity                = 1
  auto_mitigation_enabled = false
  skip_query_validation   = true
  evaluation_frequency    = "PT5M"
  window_duration         = "PT30M"

  # So that an event, which stays in six of these windows, mails once
  mute_actions_after_alert_duration = "PT30M"

  criteria {
    query                   = templatefile("${path.module}/../../kql/${each.key}", local.ours)
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0

    failing_periods {
      number_of_evaluation_periods             = 1
      minimum_failing_periods_to_trigger_alert = 1
    }
  }

  action {
    action_groups = [azurerm_monitor_action_group.on_call.id]
  }
}
