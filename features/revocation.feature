Feature: The inaccessible key
  There are many ways to lose the key.  What is lost with it is the same each time.

  @revocation.revoke
  Rule: Access to the key vault can be revoked

    Scenario: Revoking access that nothing needs
      Given an identity with access to the vault
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And nothing else has changed

    Scenario: Revoking access that was never granted
      Given a resource and a vault with a key
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And nothing has changed

  @revocation.channels @attestation
  Rule: PowerShell and Azure CLI are the tools named for revoking access

  @revocation.access-revoked
  Rule: Without access to the key vault the key is inaccessible

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys @workspace.covered
    Scenario: Revoked access
      Given a deployed model under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @revocation.revoke
    Scenario: Access to another vault that is revoked
      Given access to a second vault
      When the customer revokes the access of "translator-prod" to the keys of "kv-test"
      Then "translator-prod" has no access to the keys of "kv-test"
      And nothing else has changed

  @revocation.vault-deleted
  Rule: With its key vault deleted the key is inaccessible

    @environment.delete-vault @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A deleted vault
      Given a deployed model under customer-managed keys
      When the customer deletes the vault "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @environment.delete-vault
    Scenario: Another vault that is deleted
      Given access to a second vault
      When the customer deletes the vault "kv-test"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @revocation.key-deleted
  Rule: With the key itself deleted the key is inaccessible

    @environment.delete-key @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A deleted key
      Given a deployed model under customer-managed keys
      When the customer deletes the key "cmk-2048" of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @environment.delete-key
    Scenario: Only what depends on the deleted key changes
      Given two resources, each with a key of its own in one vault
      When the customer deletes the key "cmk-next" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is active
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @revocation.key-disabled
  Rule: While the key is disabled it is inaccessible

    @keys.disable @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A disabled key
      Given a deployed model under customer-managed keys
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @keys.disable
    Scenario: Only what depends on the disabled key changes
      Given two resources, each with a key of its own in one vault
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the key "cmk-next" of "kv-prod" is enabled
      And the model "support-en-de" is deployed
      And the document "manuals" is kept

  @revocation.data-inaccessible
  Rule: While the key is inaccessible its data can't be read

    Scenario: Reading while the key is in reach
      Given an upload under customer-managed keys
      When the customer reads the data of "ws-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible

    Scenario Outline: Reading while the key is inaccessible
      Given <situation>
      When the customer reads the data of "ws-prod"
      Then the request is refused
      And the data of "ws-prod" is inaccessible

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |

      Examples: Causes that we assume
        | situation                                            |
        | resource and vault have moved to another tenant      |
        | the key has been deleted                             |
        | the key has been disabled                            |

  @revocation.features-stop
  Rule: While the key is inaccessible nothing can be trained, deployed or translated with it

    Scenario Outline: Features while the key is in reach
      Given a deployed model under customer-managed keys
      When <feature>
      Then the request is accepted

      Examples:
        | feature                                                    |
        | the customer trains the model "support-en-de" in "ws-prod" |
        | the customer deploys the model "legal-en-de"                     |
        | the customer translates with the model "legal-en-de"             |

    Scenario Outline: Training while the key is inaccessible
      Given <situation>
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is refused
      And the model "support-en-de" does not exist

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |

      Examples: Causes that we assume
        | situation                                            |
        | resource and vault have moved to another tenant      |
        | the key has been deleted                             |
        | the key has been disabled                            |

    Scenario Outline: Deploying while the key is inaccessible
      Given <situation>
      When the customer deploys the model "legal-en-de"
      Then the request is refused
      And the model "legal-en-de" is undeployed

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |

      Examples: Causes that we assume
        | situation                                            |
        | resource and vault have moved to another tenant      |
        | the key has been deleted                             |
        | the key has been disabled                            |

    Scenario Outline: Translating while the key is inaccessible
      Given <situation>
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |

      Examples: Causes that we assume
        | situation                                            |
        | resource and vault have moved to another tenant      |
        | the key has been deleted                             |
        | the key has been disabled                            |

  @revocation.no-upload
  Rule: While the key is inaccessible nothing can be uploaded under it

    @environment.upload
    Scenario: Uploading while the key is in reach
      Given a workspace under customer-managed keys
      When the customer uploads the document "contracts" to "ws-prod"
      Then the request is accepted
      And the document "contracts" is kept

    Scenario Outline: Uploading while the key is inaccessible
      Given <situation>
      When the customer uploads the document "manuals" to "ws-prod"
      Then the request is refused
      And the document "manuals" is deleted

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |

      Examples: Causes that we assume
        | situation                                            |
        | resource and vault have moved to another tenant      |
        | the key has been deleted                             |
        | the key has been disabled                            |

  @revocation.undeploys
  Rule: When the key becomes inaccessible deployed models are undeployed

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: A deployed model when the key becomes inaccessible
      Given a deployed model under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every deployed model when the key becomes inaccessible
      Given two documents and two deployed models under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed
      And the model "support-en-de" is undeployed

  @revocation.models-kept
  Rule: Models outlive the inaccessible key

    Scenario Outline: Models are kept when the key becomes inaccessible
      Given <models>
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the model "legal-en-de" exists
      And the model "legal-en-de" is undeployed

      Examples:
        | models                                         |
        | a deployed model under customer-managed keys   |
        | a trained model under customer-managed keys    |

  @revocation.deletes-uploads
  Rule: When the key becomes inaccessible uploaded documents are deleted

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: An uploaded document when the key becomes inaccessible
      Given an upload under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every uploaded document when the key becomes inaccessible
      Given two documents and two deployed models under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted
      And the document "manuals" is deleted

    Scenario: Uploads under Microsoft-managed keys depend on no vault
      Given an upload under Microsoft-managed keys
      And the customer creates the vault "kv-prod"
      When the customer deletes the vault "kv-prod"
      Then the document "contracts" is kept
      And the data of "ws-prod" is accessible

  @revocation.earlier-workspaces
  Rule: A workspace made before enabling loses the same as a later one

    @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys
    Scenario: An earlier workspace when access is revoked
      Given a deployed model in a workspace made before customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

  @revocation.only-that-resource
  Rule: Revoking one resource's access leaves the others on the same key alone

    Scenario: Two resources on one key
      Given two resources that share a vault and a key
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then "translator-test" has access to the keys of "kv-prod"
      And the model "support-en-de" is deployed
      And the document "manuals" is kept

    Scenario: Only what depends on the revoked access changes
      Given two resources that share a vault and a key
      When the customer revokes the access of "translator-test" to the keys of "kv-prod"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept
