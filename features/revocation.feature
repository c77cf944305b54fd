Feature: The inaccessible key
  Each way to make the key inaccessible has the same effects.  If the key is gone for good, nobody says what brings the data back.

  @revocation.revoke
  Rule: Access to the key vault can be revoked

    Scenario: Access that nothing needs is revoked
      Given an identity with access to the vault
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"
      And nothing else has changed

    Scenario: Access that was granted again is revoked again
      Given the access to the key has been lost and granted again
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has no access to the keys of "kv-prod"

  @revocation.channels @attestation
  Rule: PowerShell and Azure CLI are the tools named for revoking access

  @revocation.access-revoked
  Rule: Without access to the key vault the key is inaccessible

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.revoke @revocation.undeploys @workspace.covered
    Scenario Outline: Revoked access costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples: Through both channels, and for another kind of resource, key and place
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | a deployed model of a multi-service resource                 | ws-prod   | legal-en-de   | contracts |
        | a second workspace at work                                   | ws-test   | support-en-de | manuals   |

      Examples: For the second time
        | start                                 | workspace | model         | document |
        | a new workspace after access was lost | ws-test   | support-en-de | manuals  |

      @restoration.data-readable
      Examples: For the second time, with what was restored
        | start                                           | workspace | model       | document |
        | an upload and a deployment after the first loss | ws-prod   | legal-en-de | manuals  |

      Examples: With a rotated key
        | start                                | workspace | model       | document  |
        | a deployed model under a rotated key | ws-prod   | legal-en-de | contracts |

      Examples: With a disabled or deleted key
        | start                     | workspace | model       | document  |
        | the key has been disabled | ws-prod   | legal-en-de | contracts |
        | the key has been deleted  | ws-prod   | legal-en-de | contracts |

    Scenario: Access to another vault does not make the key accessible
      Given access to a second vault (vault "kv-prod", vault "kv-test", workspace "ws-prod")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And "translator-prod" has access to the keys of "kv-test"
      And the data of "ws-prod" is inaccessible

    @revocation.revoke
    Scenario: Revoking access to another vault costs nothing
      Given access to a second vault
      When the customer revokes the access of "translator-prod" to the keys of "kv-test"
      Then "translator-prod" has no access to the keys of "kv-test"
      And nothing else has changed

  @revocation.vault-deleted
  Rule: With its key vault deleted the key is inaccessible

    @environment.delete-vault @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A deleted vault costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer deletes the vault "kv-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples: Through both channels, and for another kind of resource, key and place
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | a deployed model of a multi-service resource                 | ws-prod   | legal-en-de   | contracts |
        | a second workspace at work                                   | ws-test   | support-en-de | manuals   |

      Examples: For every resource on the key
        | start                                                  | workspace | model         | document |
        | two resources that share a vault and a key             | ws-test   | support-en-de | manuals  |
        | three resources that share a vault and a key           | ws-dev    | retail-en-de  | invoices |
        | three resources that share a vault and a key           | ws-test   | support-en-de | manuals  |
        | two resources, each with a key of its own in one vault | ws-test   | support-en-de | manuals  |

      Examples: For the second time
        | start                                 | workspace | model         | document |
        | a new workspace after access was lost | ws-test   | support-en-de | manuals  |

      @restoration.data-readable
      Examples: For the second time, with what was restored
        | start                                           | workspace | model       | document |
        | an upload and a deployment after the first loss | ws-prod   | legal-en-de | manuals  |

      Examples: With a rotated key
        | start                                | workspace | model       | document  |
        | a deployed model under a rotated key | ws-prod   | legal-en-de | contracts |

    Scenario Outline: Deleting another vault costs nothing
      Given <start> (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer deletes the vault "kv-test"
      Then the data of "ws-prod" is accessible
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

      Examples:
        | start                                      |
        | access to a second vault                   |
        | two resources, each with a vault and a key |

  @revocation.key-deleted
  Rule: A deleted key is inaccessible

    @environment.delete-key @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A deleted key costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer deletes the key "cmk-2048" of "kv-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples: Through both channels, and for another kind of resource, key and place
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | a deployed model of a multi-service resource                 | ws-prod   | legal-en-de   | contracts |
        | a second workspace at work                                   | ws-test   | support-en-de | manuals   |

      Examples: Beside another key of the vault
        | start                                                  | workspace | model       | document  |
        | two resources, each with a key of its own in one vault | ws-prod   | legal-en-de | contracts |

      Examples: For every resource on the key, and for the second time
        | start                                        | workspace | model         | document |
        | two resources that share a vault and a key   | ws-test   | support-en-de | manuals  |
        | three resources that share a vault and a key | ws-dev    | retail-en-de  | invoices |
        | three resources that share a vault and a key | ws-test   | support-en-de | manuals  |
        | a new workspace after access was lost        | ws-test   | support-en-de | manuals  |

      @restoration.data-readable
      Examples: For the second time, with what was restored
        | start                                           | workspace | model       | document |
        | an upload and a deployment after the first loss | ws-prod   | legal-en-de | manuals  |

      Examples: With a rotated key
        | start                                | workspace | model       | document  |
        | a deployed model under a rotated key | ws-prod   | legal-en-de | contracts |

    Scenario: Deleting another key of the vault costs nothing
      Given two resources, each with a key of its own in one vault (key "cmk-2048" of "kv-prod", document "contracts", model "legal-en-de")
      When the customer deletes the key "cmk-next" of "kv-prod"
      Then the key "cmk-2048" of "kv-prod" is active
      And the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @revocation.vault-switched
  Rule: With its key vault switched to Azure RBAC the key is inaccessible

    @environment.change-permission-model @environment.policies-ignored @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: Switching the vault to Azure RBAC costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer switches the vault "kv-prod" to Azure RBAC
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples:
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | two resources that share a vault and a key                   | ws-test   | support-en-de | manuals   |

  @revocation.key-disabled
  Rule: While the key is disabled it is inaccessible

    @keys.disable @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @workspace.covered
    Scenario Outline: A disabled key costs all that is under the key
      Given <start> (workspace "<workspace>", document "<document>", model "<model>")
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples: Through both channels, and for another kind of resource, key and place
        | start                                                        | workspace | model         | document  |
        | a deployed model under customer-managed keys                 | ws-prod   | legal-en-de   | contracts |
        | a deployed model under customer-managed keys from the portal | ws-prod   | legal-en-de   | contracts |
        | a deployed model of a multi-service resource                 | ws-prod   | legal-en-de   | contracts |
        | a second workspace at work                                   | ws-test   | support-en-de | manuals   |

      Examples: Beside another key of the vault
        | start                                                  | workspace | model       | document  |
        | two resources, each with a key of its own in one vault | ws-prod   | legal-en-de | contracts |

      Examples: For every resource on the key, and for the second time
        | start                                        | workspace | model         | document |
        | two resources that share a vault and a key   | ws-test   | support-en-de | manuals  |
        | three resources that share a vault and a key | ws-dev    | retail-en-de  | invoices |
        | three resources that share a vault and a key | ws-test   | support-en-de | manuals  |
        | a new workspace after access was lost        | ws-test   | support-en-de | manuals  |

      @restoration.data-readable
      Examples: For the second time, with what was restored
        | start                                           | workspace | model       | document |
        | an upload and a deployment after the first loss | ws-prod   | legal-en-de | manuals  |

      Examples: With a rotated key
        | start                                | workspace | model       | document  |
        | a deployed model under a rotated key | ws-prod   | legal-en-de | contracts |

    Scenario: Disabling another key of the vault costs nothing
      Given two resources, each with a key of its own in one vault (key "cmk-next" of "kv-prod", document "manuals", model "support-en-de")
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the key "cmk-next" of "kv-prod" is enabled
      And the model "support-en-de" is deployed
      And the document "manuals" is kept

  @revocation.data-inaccessible
  Rule: While the key is inaccessible its data can't be read

    Scenario: Data is read while the key is accessible
      Given an upload under customer-managed keys
      When the customer reads the data of "ws-prod"
      Then the request is accepted
      And the data of "ws-prod" is accessible

    Scenario Outline: Reading shows no data while the key is inaccessible
      Given <situation> (workspace "<workspace>")
      When the customer reads the data of "<workspace>"
      Then the data of "<workspace>" is inaccessible

      Examples: Causes that the article states
        | situation                              | workspace |
        | the access to the key has been revoked | ws-prod   |
        | the managed identity has been disabled | ws-prod   |
        | the vault has been deleted             | ws-prod   |

  @revocation.reading-refused
  Rule: While the key is inaccessible a request to read is refused

    Scenario Outline: Reading is refused while the key is inaccessible
      Given <situation>
      When the customer reads the data of "<workspace>"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                   | workspace |
        | the access to the key has been revoked      | ws-prod   |
        | the access from the portal has been revoked | ws-prod   |
        | the managed identity has been disabled      | ws-prod   |
        | the vault has been deleted                  | ws-prod   |
        | an earlier workspace has lost its key       | ws-prod   |
        | all resources on the key have lost it       | ws-test   |

      Examples: Causes that we assume
        | situation                                       | workspace |
        | resource and vault have moved to another tenant | ws-prod   |
        | the key has been deleted                        | ws-prod   |
        | the key has been disabled                       | ws-prod   |

  @revocation.features-stop
  Rule: While the key is inaccessible nothing can be trained, deployed or translated with it

    Scenario: A model is trained while the key is accessible
      Given a deployed model under customer-managed keys
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is accepted

    Scenario: A model is deployed while the key is accessible
      Given a trained model under customer-managed keys
      When the customer deploys the model "legal-en-de"
      Then the request is accepted

    Scenario: A model translates while the key is accessible
      Given a deployed model under customer-managed keys
      When the customer translates with the model "legal-en-de"
      Then the request is accepted

    Scenario Outline: No model is trained while the key is inaccessible
      Given <situation>
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the model "support-en-de" does not exist

      Examples:
        | situation                                   |
        | the access to the key has been revoked      |
        | the access from the portal has been revoked |
        | the managed identity has been disabled      |
        | the vault has been deleted                  |

    Scenario Outline: No model is deployed while the key is inaccessible
      Given <situation>
      When the customer deploys the model "legal-en-de"
      Then the model "legal-en-de" is undeployed

      Examples:
        | situation                                   |
        | the access to the key has been revoked      |
        | the access from the portal has been revoked |
        | the managed identity has been disabled      |
        | the vault has been deleted                  |

    Scenario Outline: Translating is refused while the key is inaccessible
      Given <situation>
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                   |
        | the access to the key has been revoked      |
        | the access from the portal has been revoked |
        | the managed identity has been disabled      |
        | the vault has been deleted                  |

      Examples: Causes that we assume
        | situation                                       |
        | resource and vault have moved to another tenant |
        | the key has been deleted                        |
        | the key has been disabled                       |

  @revocation.features-refused
  Rule: While the key is inaccessible training and deploying are refused

    Scenario Outline: Training is refused while the key is inaccessible
      Given <situation>
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                   |
        | the access to the key has been revoked      |
        | the access from the portal has been revoked |
        | the managed identity has been disabled      |
        | the vault has been deleted                  |

      Examples: Causes that we assume
        | situation                                       |
        | resource and vault have moved to another tenant |
        | the key has been deleted                        |
        | the key has been disabled                       |

    Scenario Outline: Deploying is refused while the key is inaccessible
      Given <situation>
      When the customer deploys the model "legal-en-de"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                   |
        | the access to the key has been revoked      |
        | the access from the portal has been revoked |
        | the managed identity has been disabled      |
        | the vault has been deleted                  |

      Examples: Causes that we assume
        | situation                                       |
        | resource and vault have moved to another tenant |
        | the key has been deleted                        |
        | the key has been disabled                       |

  @revocation.no-upload
  Rule: While the key is inaccessible an upload is refused

    @environment.upload
    Scenario: A document is uploaded while the key is accessible
      Given a workspace under customer-managed keys
      When the customer uploads the document "contracts" to "ws-prod"
      Then the request is accepted
      And the document "contracts" is kept

    Scenario Outline: An upload is refused while the key is inaccessible
      Given <situation>
      When the customer uploads the document "invoices" to "<workspace>"
      Then the request is refused
      And nothing has changed

      Examples: Causes that the article states
        | situation                                   | workspace |
        | the access to the key has been revoked      | ws-prod   |
        | the access from the portal has been revoked | ws-prod   |
        | the managed identity has been disabled      | ws-prod   |
        | the vault has been deleted                  | ws-prod   |
        | all resources on the key have lost it       | ws-test   |

      Examples: Causes that we assume
        | situation                                       | workspace |
        | resource and vault have moved to another tenant | ws-prod   |
        | the key has been deleted                        | ws-prod   |
        | the key has been disabled                       | ws-prod   |

  @revocation.undeploys
  Rule: When the key becomes inaccessible deployed models are undeployed

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every deployed model is undeployed
      Given two documents and two deployed models under customer-managed keys (model "legal-en-de", model "support-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed
      And the model "support-en-de" is undeployed

    Scenario: A model under Microsoft-managed keys stays deployed
      Given a deployed model under Microsoft-managed keys (document "contracts", model "legal-en-de")
      And the customer creates the vault "kv-prod"
      When the customer deletes the vault "kv-prod"
      Then the model "legal-en-de" is deployed
      And the document "contracts" is kept

  @revocation.models-kept
  Rule: Deployed models outlive the inaccessible key

    Scenario Outline: Models are kept when the key becomes inaccessible
      Given <start> (model "legal-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the model "legal-en-de" exists
      And the model "legal-en-de" is undeployed

      Examples:
        | start                                                             |
        | a deployed model under customer-managed keys                      |
        | a deployed model under customer-managed keys from the portal      |
        | a deployed model in a workspace made before customer-managed keys |

    @vault.access-policy
    Scenario: Models are there when the key is back
      Given the access to the key has been revoked (workspace "ws-prod", model "legal-en-de")
      And the customer grants "translator-prod" access to the keys of "kv-prod"
      When the customer reads the data of "ws-prod"
      Then the model "legal-en-de" exists
      And the model "legal-en-de" is undeployed

  @revocation.undeployed-models-kept
  Rule: Models that were not deployed outlive the inaccessible key too

    @vault.access-policy
    Scenario: A model that was never deployed is there when the key is back
      Given a trained model under customer-managed keys (workspace "ws-prod", model "legal-en-de")
      And the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      And the customer grants "translator-prod" access to the keys of "kv-prod"
      When the customer reads the data of "ws-prod"
      Then the model "legal-en-de" exists
      And the model "legal-en-de" is undeployed

  @revocation.deletes-uploads
  Rule: When the key becomes inaccessible uploaded documents are deleted

    @revocation.access-revoked @revocation.revoke @workspace.covered
    Scenario: Every uploaded document is deleted
      Given two documents and two deployed models under customer-managed keys (document "contracts", document "manuals")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the document "contracts" is deleted
      And the document "manuals" is deleted

    Scenario: Uploads under Microsoft-managed keys depend on no vault
      Given an upload under Microsoft-managed keys (workspace "ws-prod", document "contracts")
      And the customer creates the vault "kv-prod"
      When the customer deletes the vault "kv-prod"
      Then the document "contracts" is kept
      And the data of "ws-prod" is accessible

  @revocation.earlier-workspaces
  Rule: A workspace made before enabling loses its uploads and deployed models too

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @revocation.access-revoked @revocation.revoke
    Scenario Outline: Revoked access costs an earlier workspace all that it has
      Given <start> (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

      Examples:
        | start                                                             |
        | a deployed model in a workspace made before customer-managed keys |
        | workspaces made before and after the portal enabled CMK           |

    @revocation.deletes-uploads @revocation.undeploys @revocation.access-revoked @identity.access-removed @identity.disable
    Scenario Outline: A disabled identity costs an earlier workspace its model and upload
      Given <start> (document "contracts", model "legal-en-de")
      When the customer disables the managed identity of "translator-prod"
      Then the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

      Examples:
        | start                                                             |
        | a deployed model in a workspace made before customer-managed keys |
        | workspaces made before and after the portal enabled CMK           |

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @revocation.vault-deleted @environment.delete-vault
    Scenario Outline: A deleted vault costs an earlier workspace all that it has
      Given <start> (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer deletes the vault "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

      Examples:
        | start                                                             |
        | a deployed model in a workspace made before customer-managed keys |
        | workspaces made before and after the portal enabled CMK           |

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @revocation.key-deleted @environment.delete-key
    Scenario: A deleted key costs an earlier workspace all that it has
      Given a deployed model in a workspace made before customer-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer deletes the key "cmk-2048" of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @revocation.data-inaccessible @revocation.deletes-uploads @revocation.undeploys @revocation.key-disabled @keys.disable
    Scenario: A disabled key costs an earlier workspace all that it has
      Given a deployed model in a workspace made before customer-managed keys (workspace "ws-prod", document "contracts", model "legal-en-de")
      When the customer disables the key "cmk-2048" of "kv-prod"
      Then the data of "ws-prod" is inaccessible
      And the model "legal-en-de" is undeployed
      And the document "contracts" is deleted

    @workspace.covered @revocation.access-revoked @revocation.revoke
    Scenario: Earlier and later uploads and models are lost together
      Given workspaces made before and after the portal enabled CMK (document "manuals", document "contracts", model "support-en-de")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the document "manuals" is deleted
      And the document "contracts" is deleted
      And the model "support-en-de" is undeployed

  @revocation.earlier-workspaces-closed
  Rule: An earlier workspace can be neither read nor used while the key is inaccessible

    @identity.access-removed @identity.disable @revocation.access-revoked @revocation.earlier-workspaces
    Scenario Outline: An earlier workspace can't be read while the identity is off
      Given <start> (workspace "ws-prod")
      When the customer disables the managed identity of "translator-prod"
      Then the data of "ws-prod" is inaccessible

      Examples:
        | start                                                             |
        | a deployed model in a workspace made before customer-managed keys |
        | workspaces made before and after the portal enabled CMK           |

    Scenario: An upload to an earlier workspace is refused without the key
      Given an earlier workspace has lost its key
      When the customer uploads the document "invoices" to "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario: Training in an earlier workspace is refused without the key
      Given an earlier workspace has lost its key
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario: Deploying in an earlier workspace is refused without the key
      Given an earlier workspace has lost its key
      When the customer deploys the model "legal-en-de"
      Then the request is refused
      And nothing has changed

    Scenario: Translating in an earlier workspace is refused without the key
      Given an earlier workspace has lost its key
      When the customer translates with the model "legal-en-de"
      Then the request is refused
      And nothing has changed

  @revocation.only-that-resource
  Rule: Revoking one resource's access leaves the others on the same key alone

    Scenario Outline: Other resources on the key keep access, model and upload
      Given three resources that share a vault and a key (resource "<other>", document "<document>", model "<model>")
      When the customer revokes the access of "<resource>" to the keys of "kv-prod"
      Then "<other>" has access to the keys of "kv-prod"
      And the model "<model>" is deployed
      And the document "<document>" is kept

      Examples:
        | resource        | other           | model         | document  |
        | translator-prod | translator-test | support-en-de | manuals   |
        | translator-prod | translator-dev  | retail-en-de  | invoices  |
        | translator-test | translator-prod | legal-en-de   | contracts |
        | translator-test | translator-dev  | retail-en-de  | invoices  |
        | translator-dev  | translator-prod | legal-en-de   | contracts |
        | translator-dev  | translator-test | support-en-de | manuals   |

    Scenario Outline: A resource on another key of the vault keeps access, model and upload
      Given two resources, each with a key of its own in one vault (resource "<other>", document "<document>", model "<model>")
      When the customer revokes the access of "<resource>" to the keys of "kv-prod"
      Then "<other>" has access to the keys of "kv-prod"
      And the model "<model>" is deployed
      And the document "<document>" is kept

      Examples:
        | resource        | other           | model         | document  |
        | translator-prod | translator-test | support-en-de | manuals   |
        | translator-test | translator-prod | legal-en-de   | contracts |

    Scenario Outline: Each resource that loses its access loses its own data
      Given three resources that share a vault and a key (workspace "<workspace>", document "<document>", model "<model>")
      When the customer revokes the access of "<resource>" to the keys of "kv-prod"
      Then the data of "<workspace>" is inaccessible
      And the model "<model>" is undeployed
      And the document "<document>" is deleted

      Examples:
        | resource        | workspace | model         | document |
        | translator-test | ws-test   | support-en-de | manuals  |
        | translator-dev  | ws-dev    | retail-en-de  | invoices |

    Scenario: Data of a resource whose access stands is read
      Given a resource has kept the access that another one on its key has lost (resource "translator-test", workspace "ws-test")
      When the customer reads the data of "ws-test"
      Then the request is accepted

    Scenario: A resource whose access stands takes an upload
      Given a resource has kept the access that another one on its key has lost (resource "translator-test", workspace "ws-test")
      When the customer uploads the document "invoices" to "ws-test"
      Then the request is accepted

    Scenario: A resource whose access stands trains a model
      Given a resource has kept the access that another one on its key has lost (resource "translator-test", workspace "ws-test")
      When the customer trains the model "retail-en-de" in "ws-test"
      Then the request is accepted

    Scenario: A model of a resource whose access stands is deployed
      Given a resource has kept the access that another one on its key has lost (resource "translator-test", model "support-en-de")
      And the customer undeploys the model "support-en-de"
      When the customer deploys the model "support-en-de"
      Then the request is accepted

    Scenario: A model of a resource whose access stands translates
      Given a resource has kept the access that another one on its key has lost (resource "translator-test", model "support-en-de")
      When the customer translates with the model "support-en-de"
      Then the request is accepted
