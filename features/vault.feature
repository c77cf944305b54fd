Feature: The key vault
  What the vault has to be, and who gives the resource access to its keys.

  @vault.same-region
  Rule: The key vault is in the same region as the resource

    Scenario Outline: Resource and vault in one region
      Given the customer creates the vault "kv-prod" in "<region>"
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in "<region>"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

      Examples:
        | region     |
        | westeurope |
        | eastus     |

    Scenario Outline: Resource and vault in two regions
      Given the customer creates the vault "kv-prod" in "<vault>"
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in "<resource>"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused

      Examples:
        | vault      | resource   |
        | westeurope | eastus     |
        | eastus     | westeurope |

  @vault.same-tenant
  Rule: The key vault is in the same Microsoft Entra tenant as the resource

    Scenario: Resource and vault in one tenant
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario Outline: A resource of another tenant than the vault
      Given a resource with an identity in another tenant than the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.other-subscription
  Rule: The key vault may be in another subscription than the resource

    Scenario Outline: A vault in each subscription of the tenant
      Given the customer creates the vault "kv-prod" in the subscription "<subscription>"
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in the subscription "production"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

      Examples:
        | subscription |
        | production   |
        | security     |

  @vault.access-policy
  Rule: An access policy gives the resource's identity access to the keys of a key vault

    Scenario: Granting access
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then "translator-prod" has access to the keys of "kv-prod"
      And nothing else has changed

  @vault.granted-beforehand
  Rule: Through the API, access to the key vault is granted before CMK is enabled

    @keys.enable
    Scenario: Enabling through the API with access
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario: Enabling through the API without access
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is refused
      And nothing has changed

    Scenario: Enabling through the API without an identity
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is refused
      And nothing has changed

  @vault.granted-with-keys
  Rule: Enabling customer-managed keys gives access to the chosen key vault

    @identity.enabled-with-keys
    Scenario: The portal grants access to the chosen vault alone
      Given a resource and a vault with a key
      And the customer creates the vault "kv-test"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-prod" has access to the keys of "kv-prod"
      And "translator-prod" has no access to the keys of "kv-test"

  @vault.soft-delete
  Rule: The key vault has soft delete turned on

    Scenario: A vault with both protections
      Given the customer creates the vault "kv-prod" with soft delete and with purge protection
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario: A vault with purge protection alone
      Given the customer creates the vault "kv-prod" without soft delete and with purge protection
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused

    @vault.purge-protection
    Scenario: A vault with neither protection
      Given a vault without its protections
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

  @vault.purge-protection
  Rule: The key vault has purge protection turned on

    Scenario: A vault with soft delete alone
      Given a vault without purge protection
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario: A vault with soft delete alone, in another region
      Given the customer creates the vault "kv-prod" in "eastus" with soft delete and without purge protection
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in "eastus"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is refused

    @environment.vault-protections
    Scenario: A vault whose purge protection is turned on later
      Given a vault without purge protection
      And the customer turns on purge protection for "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted

  @vault.permission-model
  Rule: Whether a key vault that uses Azure RBAC is accepted is not specified

    Scenario: Enabling with a vault that uses Azure RBAC
      Given the customer creates the vault "kv-prod" using Azure RBAC
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then what happens is not specified
