Feature: What the article takes for granted
  Azure, Key Vault, Microsoft Entra and Custom Translator, as far as the requirements rest on them.

  @environment.exists
  Rule: A command on something that does not exist is refused

    Scenario: A command on something that exists is accepted
      Given a Translator resource
      When the customer enables the managed identity of "translator-prod"
      Then the request is accepted

    Scenario Outline: No deleted key is put in use
      Given an identity with access to the vault
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario Outline: No key of a deleted vault is put in use
      Given a deleted vault with a key and a grant
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario Outline: A deleted key takes no more changes
      Given a disabled key has been deleted
      When the customer <changes> the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes  |
        | rotates  |
        | disables |
        | enables  |
        | deletes  |

    Scenario Outline: A key of a deleted vault takes no more changes
      Given the vault has been deleted
      When the customer <changes> the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes  |
        | rotates  |
        | disables |
        | enables  |
        | deletes  |

    Scenario: A purged key is not recovered
      Given a purged key
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario Outline: A resource that was never made gets no identity and loses none
      Given a resource and a vault with a key
      When the customer <switches> the managed identity of "translator-lost"
      Then the request is refused
      And nothing has changed

      Examples:
        | switches |
        | enables  |
        | disables |

    Scenario Outline: Access is not granted if resource or vault was never made
      Given a resource and a vault with a key
      When the customer grants "<resource>" access to the keys of "<vault>"
      Then the request is refused
      And nothing has changed

      Examples:
        | resource        | vault   |
        | translator-prod | kv-lost |
        | translator-lost | kv-prod |

    Scenario Outline: Access is not revoked if resource or vault was never made
      Given a resource and a vault with a key
      When the customer revokes the access of "<resource>" to the keys of "<vault>"
      Then the request is refused
      And nothing has changed

      Examples:
        | resource        | vault   |
        | translator-lost | kv-prod |
        | translator-prod | kv-lost |

    Scenario Outline: CMK is not enabled if resource, key or vault was never made
      Given a resource and a vault with a key
      When the customer enables customer-managed keys for "<resource>" with the key "<key>" of "<vault>" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | resource        | key      | vault   | channel |
        | translator-lost | cmk-2048 | kv-prod | portal  |
        | translator-lost | cmk-2048 | kv-prod | API     |
        | translator-prod | cmk-lost | kv-prod | portal  |
        | translator-prod | cmk-lost | kv-prod | API     |
        | translator-prod | cmk-2048 | kv-lost | portal  |

    Scenario: A resource that was never made has no key to give up
      Given a resource and a vault with a key
      When the customer returns "translator-lost" to Microsoft-managed keys
      Then the request is refused
      And nothing has changed

    Scenario: A resource that was never made gets no workspace
      Given a resource and a vault with a key
      When the customer creates the workspace "ws-prod" for "translator-lost"
      Then the request is refused
      And nothing has changed

    Scenario Outline: No resource is created in a place or on a tier that does not exist
      Given a resource and a vault with a key
      When the customer creates the Translator resource "translator-test" <where>
      Then the request is refused
      And nothing has changed

      Examples:
        | where                         |
        | in "atlantis"                 |
        | on the "gold-tier"            |
        | in the subscription "nowhere" |

    Scenario Outline: No resource is moved if it or the subscription does not exist
      Given a resource and a vault with a key
      When the customer moves the resource "<resource>" to the subscription "<subscription>"
      Then the request is refused
      And nothing has changed

      Examples:
        | resource        | subscription |
        | translator-prod | nowhere      |
        | translator-lost | security     |

    Scenario Outline: No group is moved from or to a subscription that does not exist
      Given a resource and a vault with a key
      When the customer moves the resource group "apps" of the subscription "<from>" to the subscription "<to>"
      Then the request is refused
      And nothing has changed

      Examples:
        | from       | to       |
        | nowhere    | security |
        | production | nowhere  |

    Scenario Outline: No subscription is moved if it or the tenant does not exist
      Given a resource and a vault with a key
      When the customer moves the subscription "<subscription>" to the tenant "<tenant>"
      Then the request is refused
      And nothing has changed

      Examples:
        | subscription | tenant  |
        | production   | nowhere |
        | nowhere      | home    |

    Scenario: No document is uploaded to a workspace that was never made
      Given a deployed model under Microsoft-managed keys
      When the customer uploads the document "manuals" to "ws-lost"
      Then the request is refused
      And nothing has changed

    Scenario: No data is read from a workspace that was never made
      Given a deployed model under Microsoft-managed keys
      When the customer reads the data of "ws-lost"
      Then the request is refused
      And nothing has changed

    Scenario: No model is trained in a workspace that was never made
      Given a deployed model under Microsoft-managed keys
      When the customer trains the model "support-en-de" in "ws-lost"
      Then the request is refused
      And nothing has changed

    Scenario Outline: A model that was never made is neither deployed nor undeployed
      Given a deployed model under Microsoft-managed keys
      When the customer <changes> the model "lost-en-de"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes   |
        | deploys   |
        | undeploys |

    Scenario: A model that was never made does not translate
      Given a deployed model under Microsoft-managed keys
      When the customer translates with the model "lost-en-de"
      Then the request is refused
      And nothing has changed

    Scenario Outline: No vault is created where there can be none
      Given a vault with a key
      When the customer creates the vault "kv-test" <where>
      Then the request is refused
      And nothing has changed

      Examples:
        | where                         |
        | in "global"                   |
        | in the subscription "nowhere" |

    Scenario Outline: No key is made in a vault that was never made
      Given a vault with a key
      When the customer <makes> the key "cmk-next" <where> "kv-lost"
      Then the request is refused
      And nothing has changed

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

    Scenario Outline: A key that was never made takes no changes
      Given a vault with a key
      When the customer <changes> the key "<key>" of "<vault>"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes  | key      | vault   |
        | rotates  | cmk-lost | kv-prod |
        | disables | cmk-lost | kv-prod |
        | deletes  | cmk-2048 | kv-lost |
        | enables  | cmk-lost | kv-prod |

    Scenario Outline: A vault that is not deleted is neither recovered nor purged
      Given a vault without purge protection
      When the customer <changes> the vault "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes  |
        | recovers |
        | purges   |

    Scenario: A vault that is not deleted has no retention that ends
      Given a vault without purge protection
      When the retention period of the vault "kv-prod" ends
      Then the request is refused
      And nothing has changed

    Scenario Outline: A key that is not deleted is neither recovered nor purged
      Given a vault without purge protection
      When the customer <changes> the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes  |
        | recovers |
        | purges   |

    Scenario Outline: A deleted resource gets no identity and loses none
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer <switches> the managed identity of "translator-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | switches |
        | enables  |
        | disables |

    Scenario: A deleted resource is granted no access
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario: A deleted resource has no access that could be revoked
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario Outline: A deleted resource gets no customer-managed keys
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is refused
      And nothing has changed

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario: A deleted resource has no key to give up
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer returns "translator-prod" to Microsoft-managed keys
      Then the request is refused
      And nothing has changed

    Scenario: A deleted resource is not moved
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer moves the resource "translator-prod" to the subscription "security"
      Then the request is refused
      And nothing has changed

    Scenario: A deleted resource gets no workspace
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer creates the workspace "ws-test" for "translator-prod"
      Then the request is refused
      And nothing has changed

    Scenario: No document is uploaded to a workspace of a deleted resource
      Given a deployed model under customer-managed keys (workspace "ws-prod")
      And the customer deletes the resource "translator-prod"
      When the customer uploads the document "manuals" to "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario: No data is read from a workspace of a deleted resource
      Given a deployed model under customer-managed keys (workspace "ws-prod")
      And the customer deletes the resource "translator-prod"
      When the customer reads the data of "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario: No model is trained in a workspace of a deleted resource
      Given a deployed model under customer-managed keys (workspace "ws-prod")
      And the customer deletes the resource "translator-prod"
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario Outline: A model of a deleted resource is neither deployed nor undeployed
      Given a deployed model under customer-managed keys (model "legal-en-de")
      And the customer deletes the resource "translator-prod"
      When the customer <changes> the model "legal-en-de"
      Then the request is refused
      And nothing has changed

      Examples:
        | changes   |
        | deploys   |
        | undeploys |

    Scenario: A model of a deleted resource does not translate
      Given a deployed model under customer-managed keys (model "legal-en-de")
      And the customer deletes the resource "translator-prod"
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

    Scenario Outline: A deleted vault gets no protection
      Given a deleted vault with a key and a grant
      When the customer turns on <protection> for "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | protection       |
        | soft delete      |
        | purge protection |

    Scenario Outline: No key is made in a deleted vault
      Given a deleted vault with a key and a grant
      When the customer <makes> the key "cmk-next" <where> "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

    Scenario: No access to a deleted vault is granted
      Given a deleted vault with a key and a grant
      When the customer grants "translator-prod" access to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario: No access to a deleted vault is revoked
      Given a deleted vault with a key and a grant
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario: A vault in a missing subscription is refused whatever its name
      Given a vault with a key (vault "kv-prod")
      When the customer creates the vault "kv-prod" in the subscription "nowhere"
      Then the request is refused
      And nothing has changed

  @environment.delete-missing
  Rule: Whether deleting a resource or a key vault that is missing is refused is not specified

    Scenario: Deleting a resource that was never made may be accepted or refused
      Given a resource and a vault with a key
      When the customer deletes the resource "translator-lost"
      Then what happens is not specified

    Scenario: Deleting a deleted resource again may be accepted or refused
      Given a deployed model under customer-managed keys
      And the customer deletes the resource "translator-prod"
      When the customer deletes the resource "translator-prod"
      Then what happens is not specified

    Scenario: Deleting a vault that was never made may be accepted or refused
      Given a vault with a key
      When the customer deletes the vault "kv-lost"
      Then what happens is not specified

    Scenario: Deleting a deleted vault again may be accepted or refused
      Given a deleted vault with a key and a grant
      When the customer deletes the vault "kv-prod"
      Then what happens is not specified

  @environment.new-name
  Rule: The name of a deleted key vault or key is not given again while it can be recovered

    Scenario: A new name is accepted
      Given a vault with a key (vault "kv-prod")
      When the customer creates the vault "kv-test"
      Then the request is accepted
      And the vault "kv-test" exists

    Scenario: The name of a deleted vault is refused
      Given a vault with a key
      And the customer deletes the vault "kv-prod"
      When the customer creates the vault "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario Outline: The name of a deleted key is refused
      Given a vault with a key
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer <makes> the key "cmk-2048" <where> "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

    @keys.create
    Scenario: The name of a key in another vault is accepted
      Given a vault with a key (key "cmk-2048" of "kv-prod")
      And the customer creates the vault "kv-test"
      When the customer generates the key "cmk-2048" in "kv-test"
      Then the key "cmk-2048" of "kv-test" is active
      And nothing else has changed

    Scenario: A vault can have the name of a resource
      Given a deployed model under customer-managed keys (resource "translator-prod")
      When the customer creates the vault "translator-prod"
      Then the request is accepted

    Scenario: A resource can have the name of a vault
      Given a deployed model under customer-managed keys (vault "kv-prod")
      When the customer creates the Translator resource "kv-prod"
      Then the request is accepted

    Scenario: A key can have the name of a resource
      Given a deployed model under customer-managed keys (resource "translator-prod")
      When the customer generates the key "translator-prod" in "kv-prod"
      Then the request is accepted

    Scenario: A workspace can have the name of a document
      Given a deployed model under customer-managed keys (document "contracts")
      When the customer creates the workspace "contracts" for "translator-prod"
      Then the request is accepted

    Scenario: A document can have the name of a model
      Given a deployed model under customer-managed keys (model "legal-en-de")
      When the customer uploads the document "legal-en-de" to "ws-prod"
      Then the request is accepted

    Scenario: A model can have the name of a document
      Given a deployed model under customer-managed keys (document "contracts")
      When the customer trains the model "contracts" in "ws-prod"
      Then the request is accepted

  @environment.key-name-in-use
  Rule: Whether a key can be made under a name in use is not specified

    Scenario Outline: The name of a key in use may be accepted or refused
      Given a vault with a key (key "cmk-2048" of "kv-prod")
      When the customer <makes> the key "cmk-2048" <where> "kv-prod"
      Then what happens is not specified

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

  @environment.name-in-use
  Rule: Whether other names in use can be used again is not specified

    Scenario: The name of a vault in use may be accepted or refused
      Given a vault with a key (vault "kv-prod")
      When the customer creates the vault "kv-prod" in "eastus"
      Then what happens is not specified

    Scenario: The name of a resource in use may be accepted or refused
      Given a deployed model under customer-managed keys (resource "translator-prod")
      When the customer creates the Translator resource "translator-prod"
      Then what happens is not specified

    Scenario: The name of a workspace in use may be accepted or refused
      Given a deployed model under customer-managed keys (workspace "ws-prod")
      When the customer creates the workspace "ws-prod" for "translator-prod"
      Then what happens is not specified

    Scenario: The name of a document in use may be accepted or refused
      Given a deployed model under customer-managed keys (document "contracts")
      When the customer uploads the document "contracts" to "ws-prod"
      Then what happens is not specified

    Scenario: The name of a model in use may be accepted or refused
      Given a deployed model under customer-managed keys (model "legal-en-de")
      When the customer trains the model "legal-en-de" in "ws-prod"
      Then what happens is not specified

  @environment.name-used-before
  Rule: Whether the name of something that is gone can be used again is not specified

    Scenario Outline: The name of a key that is gone may be accepted or refused
      Given a vault without soft delete and purge protection
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer <makes> the key "cmk-2048" <where> "kv-prod"
      Then what happens is not specified

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

    Scenario: The name of a vault that is gone may be accepted or refused
      Given a vault without soft delete and purge protection
      And the customer deletes the vault "kv-prod"
      When the customer creates the vault "kv-prod"
      Then what happens is not specified

    Scenario: The name of a resource that is gone may be accepted or refused
      Given two resources that share a vault and a key
      And the customer deletes the resource "translator-prod"
      When the customer creates the Translator resource "translator-prod"
      Then what happens is not specified

    Scenario: The name of a workspace that is gone may be accepted or refused
      Given two resources that share a vault and a key (workspace "ws-prod")
      And the customer deletes the resource "translator-prod"
      When the customer creates the workspace "ws-prod" for "translator-test"
      Then what happens is not specified

    Scenario: The name of a document that is gone may be accepted or refused
      Given two resources that share a vault and a key (document "contracts")
      And the customer deletes the resource "translator-prod"
      When the customer uploads the document "contracts" to "ws-test"
      Then what happens is not specified

    Scenario: The name of a model that is gone may be accepted or refused
      Given two resources that share a vault and a key (model "legal-en-de")
      And the customer deletes the resource "translator-prod"
      When the customer trains the model "legal-en-de" in "ws-test"
      Then what happens is not specified

  @environment.create-resource
  Rule: A resource can be created

    Scenario: A new resource is where it was asked for
      When the customer creates the Translator resource "translator-prod" in "eastus" in the group "mine"
      Then the resource "translator-prod" exists
      And the resource "translator-prod" is in "eastus"
      And the resource "translator-prod" is in the group "mine"

    Scenario: A new resource changes nothing of what is there
      Given two resources that share a vault and a key
      When the customer creates the Cognitive Services resource "translator-dev"
      Then the resource "translator-dev" exists
      And nothing else has changed

  @environment.delete-resource
  Rule: A deleted resource takes its managed identity with it

    Scenario: A deleted resource is gone
      Given a Translator resource
      When the customer deletes the resource "translator-prod"
      Then the request is accepted
      And the resource "translator-prod" does not exist

    Scenario: Deleting one of three resources takes nothing from the others
      Given three resources that share a vault and a key (resource "translator-dev", vault "kv-prod", document "contracts", model "retail-en-de")
      When the customer deletes the resource "translator-test"
      Then "translator-dev" has access to the keys of "kv-prod"
      And the model "retail-en-de" is deployed
      And the document "contracts" is kept

    Scenario: Deleting one of two resources takes nothing from the other
      Given two resources that share a vault and a key (resource "translator-test", vault "kv-prod", document "manuals", model "support-en-de")
      When the customer deletes the resource "translator-prod"
      Then "translator-test" has access to the keys of "kv-prod"
      And the model "support-en-de" is deployed
      And the document "manuals" is kept

  @environment.unregistered
  Rule: Without its managed identity a resource is not registered in Microsoft Entra ID

    @identity.off-at-first @environment.create-resource
    Scenario: A new resource is not registered
      When the customer creates the Translator resource "translator-prod"
      Then the request is accepted
      And "translator-prod" is not registered with Microsoft Entra ID

    @identity.disable
    Scenario Outline: A resource whose identity is turned off is no longer registered
      Given <start>
      When the customer disables the managed identity of "translator-prod"
      Then the request is accepted
      And "translator-prod" is not registered with Microsoft Entra ID

      Examples:
        | start                                                             |
        | a resource with an identity                                       |
        | a resource that never used a key has left the tenant of the vault |

  @environment.others-stay
  Rule: What a request neither names nor touches stays as it was

    @environment.delete-vault
    Scenario: Deleting one of two vaults leaves the other alone
      Given two vaults without purge protection have keys (key "cmk-2048" of "kv-prod", vault "kv-test")
      When the customer deletes the vault "kv-test"
      Then the vault "kv-test" is deleted
      And the vault "kv-prod" is active
      And the key "cmk-2048" of "kv-prod" is active

  @environment.create-vault
  Rule: A key vault can be created with or without each of its protections

    Scenario: A new vault is active and has both protections
      When the customer creates the vault "kv-prod" in "eastus"
      Then the vault "kv-prod" is active
      And the vault "kv-prod" is in "eastus"
      And soft delete of "kv-prod" is on
      And purge protection of "kv-prod" is on

    Scenario Outline: A vault has the protections that were asked for
      When the customer creates the vault "kv-prod" <protections>
      Then soft delete of "kv-prod" is <soft delete>
      And purge protection of "kv-prod" is <purge protection>

      Examples:
        | protections                                      | soft delete | purge protection |
        | with soft delete and with purge protection       | on          | on               |
        | with soft delete and without purge protection    | on          | off              |
        | without soft delete and with purge protection    | off         | on               |
        | without soft delete and without purge protection | off         | off              |

    Scenario: A new vault changes nothing of what is there
      Given three resources that share a vault and a key
      When the customer creates the vault "kv-test"
      Then the vault "kv-test" is active
      And nothing else has changed

  @environment.vault-protections
  Rule: Soft delete and purge protection can be turned on and never off

    Scenario: Soft delete is turned on later
      Given a vault without soft delete and purge protection
      When the customer turns on soft delete for "kv-prod"
      Then soft delete of "kv-prod" is on
      And nothing else has changed

    Scenario: Purge protection is turned on later
      Given a vault without purge protection
      When the customer turns on purge protection for "kv-prod"
      Then purge protection of "kv-prod" is on
      And nothing else has changed

    Scenario Outline: A protection turned on for one vault leaves another without it
      Given two vaults without purge protection have keys
      When the customer turns on purge protection for "<vault>"
      Then purge protection of "<vault>" is on
      And nothing else has changed

      Examples:
        | vault   |
        | kv-prod |
        | kv-test |

    Scenario: Protections outlive deletion and recovery
      Given a vault with a key
      And the customer deletes the vault "kv-prod"
      When the customer recovers the vault "kv-prod"
      Then soft delete of "kv-prod" is on
      And purge protection of "kv-prod" is on

  @environment.protection-order
  Rule: Whether purge protection can be turned on without soft delete is not specified

    Scenario: Purge protection before soft delete may be accepted or refused
      Given a vault without soft delete and purge protection
      When the customer turns on purge protection for "kv-prod"
      Then what happens is not specified

  @environment.delete-vault
  Rule: A deleted key vault is recoverable with soft delete and gone without it

    Scenario: A deleted vault with soft delete is kept
      Given a vault with a key
      When the customer deletes the vault "kv-prod"
      Then the request is accepted
      And the vault "kv-prod" is deleted

    Scenario: A deleted vault without soft delete is gone
      Given a vault without soft delete and purge protection
      When the customer deletes the vault "kv-prod"
      Then the request is accepted
      And the vault "kv-prod" does not exist

    Scenario: A deleted vault with purge protection alone is gone
      Given access to a vault with purge protection alone (vault "kv-prod")
      When the customer deletes the vault "kv-prod"
      Then the request is accepted
      And the vault "kv-prod" does not exist

  @environment.recover-vault
  Rule: A soft-deleted key vault can be recovered with its keys and access grants

    Scenario: A recovered vault has its keys and grants again
      Given a deleted vault with a key and a grant (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer recovers the vault "kv-prod"
      Then the vault "kv-prod" is active
      And the key "cmk-2048" of "kv-prod" is active
      And "translator-prod" has access to the keys of "kv-prod"

    Scenario: A recovered vault leaves its deleted key deleted
      Given a vault with a deleted and a disabled key has been deleted (key "cmk-2048" of "kv-prod", key "cmk-next" of "kv-prod")
      When the customer recovers the vault "kv-prod"
      Then the vault "kv-prod" is active
      And the key "cmk-2048" of "kv-prod" is deleted
      And the key "cmk-next" of "kv-prod" is disabled

    Scenario: A recovered vault has no grant that was revoked before
      Given the access has been revoked and the vault deleted (resource "translator-prod", key "cmk-2048" of "kv-prod")
      When the customer recovers the vault "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is enabled
      And "translator-prod" has no access to the keys of "kv-prod"

    Scenario: Recovering one of two vaults leaves the other deleted
      Given two vaults have been deleted (key "cmk-2048" of "kv-prod", vault "kv-test")
      When the customer recovers the vault "kv-test"
      Then the vault "kv-test" is active
      And the key "cmk-2048" of "kv-test" is active
      And the vault "kv-prod" is deleted

  @environment.purge-vault
  Rule: A deleted key vault without purge protection can be purged

    Scenario: An unprotected vault is purged for good
      Given a vault without purge protection
      And the customer deletes the vault "kv-prod"
      When the customer purges the vault "kv-prod"
      Then the request is accepted
      And the vault "kv-prod" does not exist

    Scenario: An unprotected vault that was recovered is purged once deleted again
      Given access to a recovered vault with soft delete alone
      And the customer deletes the vault "kv-prod"
      When the customer purges the vault "kv-prod"
      Then the request is accepted
      And the vault "kv-prod" does not exist

    Scenario: Purging one of two vaults leaves the other recoverable
      Given two vaults have been deleted (vault "kv-prod", vault "kv-test")
      When the customer purges the vault "kv-test"
      Then the vault "kv-test" does not exist
      And the vault "kv-prod" is deleted

  @environment.no-vault-purge
  Rule: A key vault with purge protection can't be purged by hand

    Scenario: Purging a vault without purge protection is accepted
      Given a vault without purge protection
      And the customer deletes the vault "kv-prod"
      When the customer purges the vault "kv-prod"
      Then the request is accepted

    Scenario: Purging a protected vault is refused
      Given a vault with a key
      And the customer deletes the vault "kv-prod"
      When the customer purges the vault "kv-prod"
      Then the request is refused
      And nothing has changed

  @environment.end-of-retention
  Rule: At the end of its retention a deleted key vault is purged

    Scenario: A protected vault is gone when its retention ends
      Given a vault with a key
      And the customer deletes the vault "kv-prod"
      When the retention period of the vault "kv-prod" ends
      Then the request is accepted
      And the vault "kv-prod" does not exist

    Scenario: The end of one vault's retention leaves the other recoverable
      Given two vaults have been deleted (vault "kv-prod", vault "kv-test")
      When the retention period of the vault "kv-test" ends
      Then the vault "kv-test" does not exist
      And the vault "kv-prod" is deleted

    @revocation.data-inaccessible @revocation.vault-deleted @workspace.covered
    Scenario: A vault that is gone for good leaves the data inaccessible
      Given the vault has been deleted (workspace "ws-prod", document "contracts")
      When the retention period of the vault "kv-prod" ends
      Then the request is accepted
      And the data of "ws-prod" is inaccessible
      And the document "contracts" is deleted

  @environment.change-permission-model
  Rule: A key vault can be switched between access policies and Azure RBAC

    Scenario Outline: A vault uses the permission model to which it was switched
      Given <start>
      When the customer switches the vault "kv-prod" to <model>
      Then the request is accepted
      And the vault "kv-prod" uses <model>
      And nothing else has changed

      Examples:
        | start                                                   | model           |
        | a vault with a key                                      | Azure RBAC      |
        | an identity with access to the vault                    | Azure RBAC      |
        | two identities with roles on two vaults                 | Azure RBAC      |
        | a vault that was switched to Azure RBAC                 | access policies |
        | an identity with a role on a vault that uses Azure RBAC | access policies |

  @environment.policies-ignored
  Rule: While a key vault uses Azure RBAC, its access policies give nobody access

    @environment.change-permission-model
    Scenario: Switching another vault to Azure RBAC costs nothing
      Given access to a second vault
      When the customer switches the vault "kv-test" to Azure RBAC
      Then the vault "kv-test" uses Azure RBAC
      And nothing else has changed

    @keys.enable
    Scenario: An access policy counts again when the vault is switched back
      Given an identity with access to a vault that was switched to Azure RBAC and back
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the API
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

    @environment.upload
    Scenario: The key can be used when the vault is switched back
      Given a workspace under a key whose vault was switched to Azure RBAC and back
      When the customer uploads the document "contracts" to "ws-prod"
      Then the request is accepted
      And the document "contracts" is kept

  @environment.assign-role
  Rule: A role on a key vault can be assigned to a resource's identity

    Scenario Outline: A role that was assigned is there and changes nothing else
      Given <start>
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has a role on the keys of "kv-prod"
      And nothing else has changed

      Examples:
        | start                                                        |
        | a resource with an identity and a vault with a key           |
        | a resource with an identity and a vault that uses Azure RBAC |
        | a deployed model under customer-managed keys                 |
        | two resources that share a vault and a key                   |

  @environment.role-again
  Rule: Whether a role that is there can be assigned again is not specified

    Scenario: Assigning a role again may be accepted or refused
      Given an identity with a role on a vault that uses Azure RBAC
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then what happens is not specified

  @environment.role-needs-identity
  Rule: A role is assigned to an identity in the tenant of the key vault only

    Scenario Outline: Nobody in the tenant of the vault can be assigned the role
      Given <start>
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                                        |
        | a resource and a vault with a key                            |
        | a resource with an identity in another tenant than the vault |

  @environment.role-without-effect
  Rule: While a key vault uses access policies, a role on it gives no access to keys

    Scenario: A role is no access policy
      Given a resource with an identity and a vault with a key
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then "translator-prod" has a role on the keys of "kv-prod"
      And "translator-prod" has no access to the keys of "kv-prod"

    @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys @workspace.covered
    Scenario: Access is lost although there is a role
      Given a deployed model and a role on the vault of its key (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    Scenario: A role brings no access back
      Given the access to the key has been revoked (workspace "ws-prod")
      When the customer assigns "translator-prod" a role on the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

  @environment.remove-role
  Rule: A role on a key vault can be removed

    Scenario Outline: A role that was removed is gone and costs nothing else
      Given <start>
      When the customer removes the role of "translator-prod" on the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no role on the keys of "kv-prod"
      And nothing else has changed

      Examples:
        | start                                                   |
        | an identity with a role on a vault that uses Azure RBAC |
        | two identities with roles on two vaults                 |
        | a deployed model and a role on the vault of its key     |

  @environment.role-ends-with-identity
  Rule: Without its identity a resource has no role on any key vault

    Scenario Outline: The roles of an identity that is off are gone
      Given two identities with roles on two vaults (resource "translator-test", vault "<vault>")
      When the customer disables the managed identity of "translator-prod"
      Then "translator-prod" has no role on the keys of "<vault>"
      And "translator-test" has a role on the keys of "<vault>"

      Examples:
        | vault   |
        | kv-prod |
        | kv-test |

    Scenario: The role of a deleted resource is gone
      Given an identity with a role on a vault that uses Azure RBAC (vault "kv-prod")
      When the customer deletes the resource "translator-prod"
      Then "translator-prod" has no role on the keys of "kv-prod"

    Scenario: An identity that is on again has none of its roles
      Given an identity with a role on a vault that uses Azure RBAC (vault "kv-prod")
      And the customer disables the managed identity of "translator-prod"
      When the customer enables the managed identity of "translator-prod"
      Then "translator-prod" has no role on the keys of "kv-prod"

  @environment.role-ends-with-vault
  Rule: A deleted key vault loses the roles on it, and is recovered without them

    Scenario: A recovered vault has none of the roles that were on it
      Given two identities with roles on two vaults (resource "translator-prod", vault "kv-test")
      And the customer deletes the vault "kv-prod"
      When the customer recovers the vault "kv-prod"
      Then "translator-prod" has no role on the keys of "kv-prod"
      And "translator-prod" has a role on the keys of "kv-test"

  @environment.role-stays-behind
  Rule: A role on a key vault does not survive a move of key vault or resource

    Scenario: A role is not moved with its vault
      Given two identities with roles on two vaults (resource "translator-prod", vault "kv-prod", vault "kv-test")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then "translator-prod" has no role on the keys of "kv-prod"
      And "translator-prod" has a role on the keys of "kv-test"

    Scenario: A role ends when the subscription of its vault moves to another tenant
      Given a role on a vault of another subscription (resource "translator-prod", vault "kv-prod")
      When the customer moves the subscription "security" to the tenant "abroad"
      Then "translator-prod" has no role on the keys of "kv-prod"

    Scenario: A role ends when its resource moves to another tenant
      Given a role on a vault of another subscription (resource "translator-prod", vault "kv-prod")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then "translator-prod" has no role on the keys of "kv-prod"

    Scenario: A role ends when resource and vault move to another tenant together
      Given an identity with a role on a vault that uses Azure RBAC (resource "translator-prod", vault "kv-prod")
      When the customer moves the subscription "production" to the tenant "abroad"
      Then "translator-prod" has no role on the keys of "kv-prod"

  @environment.rotate-disabled-key
  Rule: Whether a disabled key can be rotated is not specified

    Scenario: Rotating a disabled key may be accepted or refused
      Given a vault with a key
      And the customer disables the key "cmk-2048" of "kv-prod"
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then what happens is not specified

  @environment.disabled-key
  Rule: Whether a disabled key can be put in use is not specified

    Scenario Outline: A disabled key may be accepted or refused
      Given an identity with access to the vault
      And the customer disables the key "cmk-2048" of "kv-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then what happens is not specified

      Examples:
        | channel |
        | portal  |
        | API     |

  @environment.new-key
  Rule: A new key is as it was asked for, enabled, and in its first version

    Scenario Outline: A new key has the type and size that were asked for
      Given the customer creates the vault "kv-prod"
      When the customer <makes> the key "cmk-2048" <where> "kv-prod" of type RSA-HSM and 3072 bits
      Then the key "cmk-2048" of "kv-prod" is of type RSA-HSM
      And the key "cmk-2048" of "kv-prod" has 3072 bits

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

    Scenario Outline: A new key is enabled and in its first version
      Given the customer creates the vault "kv-prod"
      When the customer <makes> the key "cmk-2048" <where> "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is enabled
      And the key "cmk-2048" of "kv-prod" is at version 1

      Examples:
        | makes     | where |
        | generates | in    |
        | imports   | into  |

  @environment.enable-key
  Rule: A disabled key can be enabled again

    Scenario: A disabled key is enabled again
      Given a vault with a key
      And the customer disables the key "cmk-2048" of "kv-prod"
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the key "cmk-2048" of "kv-prod" is enabled

    Scenario: Enabling one of two keys leaves the other disabled
      Given two keys of a vault have been disabled
      When the customer enables the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is enabled
      And nothing else has changed

  @environment.delete-key
  Rule: A deleted key is recoverable with soft delete and gone without it

    Scenario: A deleted key of a vault with soft delete is kept
      Given a vault with a key
      When the customer deletes the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is deleted
      And nothing else has changed

    Scenario: A deleted key of a vault without soft delete is gone
      Given a vault without soft delete and purge protection
      When the customer deletes the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" does not exist
      And nothing else has changed

    Scenario: Deleting a key leaves its namesake in another vault alone
      Given two vaults, each with a key of the same name
      When the customer deletes the key "cmk-2048" of "kv-test"
      Then the key "cmk-2048" of "kv-test" is deleted
      And nothing else has changed

  @environment.recover-key
  Rule: A soft-deleted key can be recovered

    Scenario: A recovered key is active
      Given a vault with a key
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is active
      And nothing else has changed

    Scenario: Recovering one of two keys leaves the other deleted
      Given two keys of a vault have been deleted
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is active
      And nothing else has changed

    Scenario: A recovered key that was disabled is disabled still
      Given a disabled key has been deleted
      When the customer recovers the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is active
      And the key "cmk-2048" of "kv-prod" is disabled

  @environment.purge-key
  Rule: A deleted key can be purged where the key vault has no purge protection

    Scenario: A purged key is gone
      Given a vault without purge protection
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer purges the key "cmk-2048" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" does not exist
      And nothing else has changed

  @environment.no-key-purge
  Rule: A key in a key vault with purge protection can't be purged by hand

    Scenario: Purging a key of a vault without purge protection is accepted
      Given a vault without purge protection
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer purges the key "cmk-2048" of "kv-prod"
      Then the request is accepted

    Scenario: Purging a key of a protected vault is refused
      Given a vault with a key
      And the customer deletes the key "cmk-2048" of "kv-prod"
      When the customer purges the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

    Scenario Outline: Purge protection covers disabled and earlier deleted keys
      Given <start>
      When the customer purges the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed

      Examples:
        | start                                            |
        | a deleted key of a vault that is protected since |
        | a disabled key has been deleted                  |

  @environment.move
  Rule: A resource, a resource group or a subscription can be moved

    Scenario: A moved resource is where it was moved to
      Given a resource and a vault with a key
      When the customer moves the resource "translator-prod" to the subscription "security" and the group "other"
      Then the resource "translator-prod" is in the subscription "security"
      And the resource "translator-prod" is in the group "other"
      And nothing else has changed

    Scenario: A resource moves within its subscription
      Given a resource and a vault with a key
      When the customer moves the resource "translator-prod" to the subscription "production" and the group "other"
      Then the resource "translator-prod" is in the group "other"
      And nothing else has changed

    Scenario: A resource group takes its resources and vaults with it
      Given a resource and a vault with a key (resource "translator-prod", vault "kv-prod")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then the resource "translator-prod" is in the subscription "security"
      And the vault "kv-prod" is in the subscription "security"
      And nothing else has changed

    Scenario: A resource group takes all its resources with it
      Given two resources that share a vault and a key (resource "translator-prod", resource "translator-test")
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "security"
      Then the resource "translator-prod" is in the subscription "security"
      And the resource "translator-test" is in the subscription "security"

    Scenario: A moved subscription is in its new tenant
      Given a vault with a key
      When the customer moves the subscription "production" to the tenant "abroad"
      Then the subscription "production" is in the tenant "abroad"
      And nothing else has changed

    Scenario: Moving one of two resources leaves the other in place
      Given two resources that share a vault and a key
      When the customer moves the resource "translator-prod" to the subscription "security"
      Then the resource "translator-prod" is in the subscription "security"
      And nothing else has changed

    Scenario: A moved group takes along no vault of another group or subscription
      Given a resource and vaults in three resource groups (vault "kv-test", vault "kv-dev")
      When the customer moves the resource group "other" of the subscription "production" to the subscription "foreign"
      Then the vault "kv-test" is in the subscription "foreign"
      And the vault "kv-dev" is in the subscription "security"
      And nothing else has changed

  @environment.move-nowhere
  Rule: The outcome of a move to the current location is not specified

    Scenario: A move of a resource to its own group may be accepted or refused
      Given a resource and a vault with a key
      When the customer moves the resource "translator-prod" to the subscription "production" and the group "apps"
      Then what happens is not specified

    Scenario: A move of a group to its own subscription may be accepted or refused
      Given a resource and a vault with a key
      When the customer moves the resource group "apps" of the subscription "production" to the subscription "production"
      Then what happens is not specified

    Scenario: A move of a subscription to its own tenant may be accepted or refused
      Given a resource and a vault with a key
      When the customer moves the subscription "production" to the tenant "home"
      Then what happens is not specified

  @environment.create-workspace
  Rule: A Custom Translator workspace can be created for a resource

    Scenario: A new workspace is empty and readable
      Given a Translator resource
      When the customer creates the workspace "ws-prod" for "translator-prod"
      Then the workspace "ws-prod" belongs to "translator-prod"
      And the data of "ws-prod" is accessible
      And nothing else has changed

    Scenario: A new workspace changes nothing of what is there
      Given three resources that share a vault and a key
      When the customer creates the workspace "ws-archive" for "translator-test"
      Then the workspace "ws-archive" exists
      And nothing else has changed

  @environment.workspace-without-key
  Rule: Whether a workspace can be created while the key is inaccessible is not specified

    Scenario: A workspace may be created or refused after access was revoked
      Given the access to the key has been revoked
      When the customer creates the workspace "ws-test" for "translator-prod"
      Then what happens is not specified

  @environment.upload
  Rule: A document can be uploaded to a workspace

    Scenario: A new document is kept in its workspace
      Given a workspace under Microsoft-managed keys
      When the customer uploads the document "contracts" to "ws-prod"
      Then the document "contracts" is kept
      And the document "contracts" belongs to "ws-prod"
      And nothing else has changed

    Scenario Outline: An upload changes nothing of what is there
      Given <start>
      When the customer uploads the document "handbook" to "ws-test"
      Then the document "handbook" belongs to "ws-test"
      And nothing else has changed

      Examples:
        | start                                        |
        | a second workspace at work                   |
        | three resources that share a vault and a key |

  @environment.train
  Rule: A model is trained from an uploaded document and starts undeployed

    Scenario: A trained model starts undeployed
      Given an upload under Microsoft-managed keys
      When the customer trains the model "legal-en-de" in "ws-prod"
      Then the model "legal-en-de" exists
      And the model "legal-en-de" is undeployed
      And nothing else has changed

    Scenario: Training without a document makes no model
      Given a workspace under Microsoft-managed keys
      When the customer trains the model "legal-en-de" in "ws-prod"
      Then the model "legal-en-de" does not exist

    Scenario: Training with documents in another workspace alone makes no model
      Given an upload under Microsoft-managed keys
      And the customer creates the workspace "ws-test" for "translator-prod"
      When the customer trains the model "legal-en-de" in "ws-test"
      Then the model "legal-en-de" does not exist

    Scenario: Training again after the uploads were lost makes no model
      Given the access to the key has been lost and granted again
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the model "support-en-de" does not exist

  @environment.deploy
  Rule: A model can be deployed and undeployed

    Scenario: A model is deployed
      Given a trained model under Microsoft-managed keys
      When the customer deploys the model "legal-en-de"
      Then the model "legal-en-de" is deployed
      And nothing else has changed

    Scenario: A model is undeployed
      Given a deployed model under Microsoft-managed keys
      When the customer undeploys the model "legal-en-de"
      Then the model "legal-en-de" is undeployed
      And nothing else has changed

    Scenario: Undeploying one of two models leaves the other deployed
      Given two documents and two deployed models under customer-managed keys
      When the customer undeploys the model "support-en-de"
      Then the model "support-en-de" is undeployed
      And nothing else has changed

    Scenario: Deploying one of two models leaves the other undeployed
      Given two trained models under customer-managed keys
      When the customer deploys the model "support-en-de"
      Then the model "support-en-de" is deployed
      And nothing else has changed

  @environment.translate
  Rule: Translating with a custom model needs the model deployed

    Scenario: Translating with a deployed model is accepted
      Given a deployed model under Microsoft-managed keys
      When the customer translates with the model "legal-en-de"
      Then the request is accepted
      And nothing has changed

    Scenario: Translating with an undeployed model is refused
      Given a trained model under Microsoft-managed keys (model "legal-en-de")
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

    Scenario: Translating with a model that was undeployed is refused
      Given a deployed model under Microsoft-managed keys
      And the customer undeploys the model "legal-en-de"
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

    Scenario: Translating with an undeployed model beside a deployed one is refused
      Given a deployed model under Microsoft-managed keys
      And the customer trains the model "news-en-de" in "ws-prod"
      When the customer translates with the model "news-en-de"
      Then the request is refused
      And nothing has changed
