Feature: The inaccessible key
  There are many ways to lose the key.  What is lost with it is the same each time.

  @revocation.revoke
  Rule: Access to the key vault can be revoked

    Scenario: Revoking access that nothing needs
      Given an identity with access to the vault
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And "translator" has no access to the keys of "vault"
      And nothing else has changed

    Scenario: Revoking access that was never granted
      Given a resource and a vault with a key
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And nothing has changed

  @revocation.channels @attestation
  Rule: PowerShell and Azure CLI are the tools named for revoking access

  @revocation.access-revoked
  Rule: Without access to the key vault the key is inaccessible

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys @workspace.covered
    Scenario: Revoked access
      Given a deployed model under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

    @revocation.revoke
    Scenario: Access to another vault that is revoked
      Given access to a second vault
      When the customer revokes the access of "translator" to the keys of "other-vault"
      Then "translator" has no access to the keys of "other-vault"
      And nothing else has changed

  @revocation.vault-deleted
  Rule: With its key vault deleted the key is inaccessible

    @environment.delete-vault @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A deleted vault
      Given a deployed model under customer-managed keys
      When the customer deletes the vault "vault"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

    @environment.delete-vault
    Scenario: Another vault that is deleted
      Given access to a second vault
      When the customer deletes the vault "other-vault"
      Then the data of "workspace" is accessible
      And the model "model" is deployed
      And the document "document" is kept

  @revocation.key-deleted
  Rule: With the key itself deleted the key is inaccessible

    @environment.delete-key @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A deleted key
      Given a deployed model under customer-managed keys
      When the customer deletes the key "key" of "vault"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

    @environment.delete-key
    Scenario: Only what depends on the deleted key changes
      Given two resources, each with a key of its own in one vault
      When the customer deletes the key "other-key" of "vault"
      Then the key "key" of "vault" is active
      And the model "model" is deployed
      And the document "document" is kept

  @revocation.key-disabled
  Rule: While the key is disabled it is inaccessible

    @keys.disable @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario: A disabled key
      Given a deployed model under customer-managed keys
      When the customer disables the key "key" of "vault"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

    @keys.disable
    Scenario: Only what depends on the disabled key changes
      Given two resources, each with a key of its own in one vault
      When the customer disables the key "key" of "vault"
      Then the key "other-key" of "vault" is enabled
      And the model "other-model" is deployed
      And the document "other-document" is kept

  @revocation.data-inaccessible
  Rule: While the key is inaccessible its data can't be read

    Scenario: Reading while the key is in reach
      Given an upload under customer-managed keys
      When the customer reads the data of "workspace"
      Then the request is accepted
      And the data of "workspace" is accessible

    Scenario Outline: Reading while the key is inaccessible
      Given <situation>
      When the customer reads the data of "workspace"
      Then the request is refused
      And the data of "workspace" is inaccessible

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |
        | resource and vault have moved to another tenant   |

      Examples: Causes that we assume
        | situation                                            |
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
        | the customer trains the model "other-model" in "workspace" |
        | the customer deploys the model "model"                     |
        | the customer translates with the model "model"             |

    Scenario Outline: Training while the key is inaccessible
      Given <situation>
      When the customer trains the model "other-model" in "workspace"
      Then the request is refused
      And the model "other-model" does not exist

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |
        | resource and vault have moved to another tenant   |

      Examples: Causes that we assume
        | situation                                            |
        | the key has been deleted                             |
        | the key has been disabled                            |

    Scenario Outline: Deploying while the key is inaccessible
      Given <situation>
      When the customer deploys the model "model"
      Then the request is refused
      And the model "model" is undeployed

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |
        | resource and vault have moved to another tenant   |

      Examples: Causes that we assume
        | situation                                            |
        | the key has been deleted                             |
        | the key has been disabled                            |

    Scenario Outline: Translating while the key is inaccessible
      Given <situation>
      When the customer translates with the model "model"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |
        | resource and vault have moved to another tenant   |

      Examples: Causes that we assume
        | situation                                            |
        | the key has been deleted                             |
        | the key has been disabled                            |

  @revocation.no-upload
  Rule: While the key is inaccessible nothing can be uploaded under it

    @environment.upload
    Scenario: Uploading while the key is in reach
      Given a workspace under customer-managed keys
      When the customer uploads the document "document" to "workspace"
      Then the request is accepted
      And the document "document" is kept

    Scenario Outline: Uploading while the key is inaccessible
      Given <situation>
      When the customer uploads the document "other-document" to "workspace"
      Then the request is refused
      And the document "other-document" is deleted

      Examples: Causes that the article states
        | situation                                            |
        | the access to the key has been revoked               |
        | the managed identity has been disabled               |
        | the vault has been deleted                           |
        | resource and vault have moved to another tenant   |

      Examples: Causes that we assume
        | situation                                            |
        | the key has been deleted                             |
        | the key has been disabled                            |

  @revocation.undeploys
  Rule: When the key becomes inaccessible deployed models are undeployed

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: A deployed model when the key becomes inaccessible
      Given a deployed model under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And the model "model" is undeployed

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every deployed model when the key becomes inaccessible
      Given two documents and two deployed models under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And the model "model" is undeployed
      And the model "other-model" is undeployed

    Scenario: A model that was never deployed stays as it is
      Given a trained model under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the model "model" exists
      And the model "model" is undeployed

  @revocation.deletes-uploads
  Rule: When the key becomes inaccessible uploaded documents are deleted

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: An uploaded document when the key becomes inaccessible
      Given an upload under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And the document "document" is deleted

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every uploaded document when the key becomes inaccessible
      Given two documents and two deployed models under customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the request is accepted
      And the document "document" is deleted
      And the document "other-document" is deleted

    Scenario: Uploads under Microsoft-managed keys depend on no vault
      Given an upload under Microsoft-managed keys
      And the customer creates the vault "vault"
      When the customer deletes the vault "vault"
      Then the document "document" is kept
      And the data of "workspace" is accessible

  @revocation.earlier-workspaces
  Rule: A workspace made before enabling loses the same as a later one

    @revocation.access-revoked @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys
    Scenario: An earlier workspace when access is revoked
      Given a deployed model in a workspace made before customer-managed keys
      When the customer revokes the access of "translator" to the keys of "vault"
      Then the data of "workspace" is inaccessible
      And the model "model" is undeployed
      And the document "document" is deleted

  @revocation.only-that-resource
  Rule: Revoking one resource's access leaves the others on the same key alone

    Scenario: Two resources on one key
      Given two resources that share a vault and a key
      When the customer revokes the access of "translator" to the keys of "vault"
      Then "other-translator" has access to the keys of "vault"
      And the model "other-model" is deployed
      And the document "other-document" is kept

    Scenario: Only what depends on the revoked access changes
      Given two resources that share a vault and a key
      When the customer revokes the access of "other-translator" to the keys of "vault"
      Then the data of "workspace" is accessible
      And the model "model" is deployed
      And the document "document" is kept
