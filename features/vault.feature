Feature: The key vault
  What the vault has to be, and who gives the resource access to its keys.

  @vault.same-region
  Rule: No key of a key vault in another region is put in use

    @encryption.default-key
    Scenario Outline: No key of a vault in another region is put in use
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | start                                                             | channel |
        | access to a vault in another region                               | portal  |
        | access to a vault in another region                               | API     |
        | a multi-service resource with access to a vault in another region | portal  |
        | a multi-service resource with access to a vault in another region | API     |

  @vault.same-region-refused
  Rule: Enabling customer-managed keys is refused for a key vault in another region

    Scenario Outline: A vault in the resource's region is accepted
      Given the customer creates the vault "kv-prod" in "<region>"
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in "<region>"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | region     |
        | westeurope |
        | eastus     |

    Scenario: A vault in the resource's region is accepted through the API
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario Outline: A vault in another region is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                             | channel |
        | access to a vault in another region                               | portal  |
        | access to a vault in another region                               | API     |
        | a multi-service resource with access to a vault in another region | portal  |
        | a multi-service resource with access to a vault in another region | API     |

  @vault.same-tenant
  Rule: No key of a key vault in another Microsoft Entra tenant is put in use

    @encryption.default-key
    Scenario Outline: No key of a vault in another tenant is put in use
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | start                                                             | channel |
        | a resource with an identity in another tenant than the vault      | portal  |
        | a resource with an identity in another tenant than the vault      | API     |
        | a resource that never used a key has left the tenant of the vault | portal  |
        | a resource that never used a key has left the tenant of the vault | API     |
        | a resource in another tenant beside one that uses the vault       | portal  |
        | a resource in another tenant beside one that uses the vault       | API     |

    @tenant.not-transferred
    Scenario Outline: A key that was left behind in another tenant is not put in use again
      Given a resource has left its key behind
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" has no key of its own

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.same-tenant-refused
  Rule: Enabling customer-managed keys is refused for a key vault in another tenant

    Scenario Outline: A vault in the resource's tenant is accepted
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario Outline: A vault in another tenant is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                             | channel |
        | a resource with an identity in another tenant than the vault      | portal  |
        | a resource with an identity in another tenant than the vault      | API     |
        | a resource that never used a key has left the tenant of the vault | portal  |
        | a resource that never used a key has left the tenant of the vault | API     |
        | a resource in another tenant beside one that uses the vault       | portal  |
        | a resource in another tenant beside one that uses the vault       | API     |
        | a resource has left its key behind                                | portal  |
        | a resource has left its key behind                                | API     |

  @vault.other-subscription
  Rule: The key vault may be in another subscription than the resource

    Scenario Outline: A vault in any subscription of the tenant is accepted
      Given the customer creates the vault "kv-prod" in the subscription "<subscription>"
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod" in the subscription "production"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | subscription |
        | production   |
        | security     |

    Scenario Outline: Each channel accepts a vault in another subscription and group
      Given a multi-service resource with access to a vault of another subscription
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" is encrypted with the key "cmk-2048" of "kv-prod"

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.access-policy
  Rule: An access policy gives the resource's identity access to the keys of a key vault

    Scenario: Granted access is there and changes nothing else
      Given a resource and a vault with a key
      And the customer enables the managed identity of "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then "translator-prod" has access to the keys of "kv-prod"
      And nothing else has changed

    Scenario: Granting access to one resource takes it from no other
      Given a third resource with an identity beside two that share a key
      When the customer grants "translator-dev" access to the keys of "kv-prod"
      Then "translator-dev" has access to the keys of "kv-prod"
      And nothing else has changed

    Scenario: Access to a second vault leaves the first as it is
      Given a deployed model under customer-managed keys
      And the customer creates the vault "kv-test"
      When the customer grants "translator-prod" access to the keys of "kv-test"
      Then "translator-prod" has access to the keys of "kv-test"
      And nothing else has changed

    @keys.enable
    Scenario: Access that is granted covers a key that is made later
      Given an identity with access to the vault
      And the customer generates the key "cmk-next" in "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-next" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" is encrypted with the key "cmk-next" of "kv-prod"

  @vault.granted-beforehand
  Rule: Through the API, access to the key vault is granted before CMK is enabled

    @keys.enable
    Scenario: Enabling through the API with access is accepted
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario Outline: Enabling through the API without access to the vault is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                              |
        | a resource and a vault with a key                  |
        | a resource with an identity and a vault with a key |
        | an identity with access to another vault alone     |
        | the access to the key has been revoked             |
        | access has been revoked after the key was given up |

    Scenario: Through the API, the access of another resource is not enough
      Given an identity that is off beside one with access
      And the customer enables the managed identity of "translator-test"
      When the customer enables customer-managed keys for "translator-test" with the key "cmk-2048" of "kv-prod" through the API
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

    Scenario: The portal grants access to the chosen vault in addition to another
      Given an identity with access to another vault alone
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-prod" has access to the keys of "kv-prod"

    @vault.other-subscription @identity.enabled-with-keys
    Scenario: The portal grants access to a vault in another subscription
      Given a resource and a vault of another subscription
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then "translator-prod" has access to the keys of "kv-prod"

    Scenario Outline: A resource that gets customer-managed keys takes access from no other
      Given a second resource with access beside one with customer-managed keys (resource "translator-prod", model "legal-en-de")
      When the customer enables customer-managed keys for "translator-test" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-test" has access to the keys of "kv-prod"
      And "translator-prod" has access to the keys of "kv-prod"
      And the model "legal-en-de" is deployed

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.soft-delete
  Rule: No key of a key vault without soft delete is put in use

    @encryption.default-key
    Scenario Outline: No key of a vault without soft delete is put in use
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | start                                         | channel |
        | access to a vault with purge protection alone | portal  |
        | access to a vault with purge protection alone | API     |
        | access to a vault with neither protection     | portal  |
        | access to a vault with neither protection     | API     |

      @vault.soft-delete-refused
      Examples:
        | start                                                              | channel |
        | a resource and a vault that uses Azure RBAC and has no soft delete | portal  |

  @vault.soft-delete-refused
  Rule: Enabling customer-managed keys is refused for a key vault without soft delete

    Scenario: A vault with both protections is accepted
      Given the customer creates the vault "kv-prod" with soft delete and with purge protection
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario: A vault with both protections is accepted through the API
      Given an identity with access to the vault
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    Scenario Outline: A vault with purge protection alone is refused
      Given access to a vault with purge protection alone
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

    @vault.purge-protection-refused
    Scenario Outline: A vault with neither protection is refused
      Given access to a vault with neither protection
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

    @environment.vault-protections
    Scenario Outline: A vault whose soft delete is turned on later is accepted
      Given access to a vault with purge protection alone
      And the customer turns on soft delete for "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

    @environment.vault-protections
    Scenario Outline: A vault whose protections are both turned on later is accepted
      Given access to a vault with neither protection
      And the customer turns on soft delete for "kv-prod"
      And the customer turns on purge protection for "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.purge-protection
  Rule: No key of a key vault without purge protection is put in use

    @encryption.default-key
    Scenario Outline: No key of a vault without purge protection is put in use
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then "translator-prod" uses Microsoft-managed keys
      And "translator-prod" has no key of its own

      Examples:
        | start                                                                    | channel |
        | access to a vault with soft delete alone                                 | portal  |
        | access to a vault with soft delete alone                                 | API     |
        | access to a recovered vault with soft delete alone                       | portal  |
        | access to a recovered vault with soft delete alone                       | API     |
        | a multi-service resource with access to a vault without purge protection | portal  |
        | a multi-service resource with access to a vault without purge protection | API     |

  @vault.purge-protection-refused
  Rule: Enabling customer-managed keys is refused for a key vault without purge protection

    Scenario Outline: A vault with soft delete alone is refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                                    | channel |
        | access to a vault with soft delete alone                                 | portal  |
        | access to a vault with soft delete alone                                 | API     |
        | access to a recovered vault with soft delete alone                       | portal  |
        | access to a recovered vault with soft delete alone                       | API     |
        | a multi-service resource with access to a vault without purge protection | portal  |
        | a multi-service resource with access to a vault without purge protection | API     |

    @environment.vault-protections
    Scenario Outline: A vault whose purge protection is turned on later is accepted
      Given access to a vault with soft delete alone
      And the customer turns on purge protection for "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

  @vault.deleted-stays-behind
  Rule: A soft-deleted key vault stays behind when its resource group moves

    Scenario: A soft-deleted vault stays behind when its group moves
      Given a vault with a key
      And the customer creates the vault "kv-test" in "westeurope"
      And the customer deletes the vault "kv-prod"
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then the vault "kv-prod" is in the subscription "production"
      And the vault "kv-test" is in the subscription "security"

  @vault.permission-model
  Rule: Whether a key vault that uses Azure RBAC is accepted is not specified

    Scenario: A vault that uses Azure RBAC may be accepted or refused
      Given the customer creates the vault "kv-prod" using Azure RBAC
      And the customer generates the key "cmk-2048" in "kv-prod"
      And the customer creates the Translator resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the portal
      Then what happens is not specified

    Scenario Outline: Through the API, access of either kind may be accepted or refused
      Given <start>
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then what happens is not specified

      Examples:
        | start                                                   |
        | a vault that was switched to Azure RBAC                 |
        | an identity with a role on a vault that uses Azure RBAC |

    Scenario: Adding to access policies that are ignored may be accepted or refused
      Given a resource with an identity and a vault that uses Azure RBAC
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then what happens is not specified

    Scenario: Whether a role keeps the key accessible is not specified
      Given a deployed model and a role on the vault of its key
      When the customer switches the vault "kv-prod" to Azure RBAC
      Then what happens is not specified

    Scenario: Whether a role makes the key accessible again is not specified
      Given the vault of the key has been switched to Azure RBAC
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then what happens is not specified
