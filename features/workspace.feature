Feature: Custom Translator workspaces
  Which of a resource's workspaces the customer's key protects.

  @workspace.covered
  Rule: A workspace made after enabling is under the customer's key

    @environment.create-workspace
    Scenario Outline: A new workspace is under the customer's key
      Given <start>
      When the customer creates the workspace "<workspace>" for "<resource>"
      Then the request is accepted
      And the workspace "<workspace>" is protected by customer-managed keys

      Examples:
        | start                                                             | workspace  | resource        |
        | customer-managed keys are on                                      | ws-prod    | translator-prod |
        | a workspace under customer-managed keys                           | ws-test    | translator-prod |
        | a deployed model under customer-managed keys from the portal      | ws-test    | translator-prod |
        | a deployed model in a workspace made before customer-managed keys | ws-test    | translator-prod |
        | the access to the key has been lost and granted again             | ws-test    | translator-prod |
        | two resources that share a vault and a key                        | ws-archive | translator-test |

    Scenario: A workspace made after a rotation is under the customer's key
      Given a deployed model under a rotated key
      When the customer creates the workspace "ws-test" for "translator-prod"
      Then the workspace "ws-test" is protected by customer-managed keys

    Scenario: A workspace of another resource is under Microsoft-managed keys
      Given a deployed model under customer-managed keys (workspace "ws-prod")
      And the customer creates the Translator resource "translator-test"
      When the customer creates the workspace "ws-test" for "translator-test"
      Then the workspace "ws-test" is protected by Microsoft-managed keys
      And the workspace "ws-prod" is protected by customer-managed keys

    @revocation.data-inaccessible @revocation.access-revoked @revocation.revoke
    Scenario: A workspace under the customer's key depends on it
      Given a workspace under customer-managed keys (workspace "ws-prod")
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

  @workspace.earlier-allowed
  Rule: Customer-managed keys can be enabled for a resource that has workspaces

    @keys.enable
    Scenario Outline: A resource with an earlier workspace gets customer-managed keys
      Given an identity with access to the vault
      And the customer creates the workspace "ws-prod" for "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And "translator-prod" uses customer-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

  @workspace.earlier-uncovered
  Rule: Enabling does not put an earlier workspace under the customer's key

    Scenario Outline: A workspace that was there before stays under Microsoft-managed keys
      Given an identity with access to the vault
      And the customer creates the workspace "ws-prod" for "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" through the <channel>
      Then the request is accepted
      And the workspace "ws-prod" is protected by Microsoft-managed keys

      Examples:
        | channel |
        | portal  |
        | API     |

    Scenario: An upload leaves an earlier workspace under Microsoft-managed keys
      Given the portal has enabled CMK after a workspace was made
      When the customer uploads the document "manuals" to "ws-prod"
      Then the document "manuals" is kept
      And the workspace "ws-prod" is protected by Microsoft-managed keys

  @workspace.ends-with-resource
  Rule: The workspaces of a deleted resource end with it

    @environment.delete-resource
    Scenario: A deleted resource takes its workspaces and models with it
      Given a deployed model under Microsoft-managed keys (workspace "ws-prod", model "legal-en-de")
      When the customer deletes the resource "translator-prod"
      Then the workspace "ws-prod" does not exist
      And the model "legal-en-de" does not exist

    @environment.delete-resource
    Scenario: A deleted resource takes its uploads with it
      Given an upload under Microsoft-managed keys (document "contracts")
      When the customer deletes the resource "translator-prod"
      Then the request is accepted
      And the document "contracts" is deleted

  @workspace.training-refused
  Rule: Training without an uploaded document is refused

    Scenario: Training from an uploaded document is accepted
      Given an upload under Microsoft-managed keys
      When the customer trains the model "legal-en-de" in "ws-prod"
      Then the request is accepted
      And the model "legal-en-de" is undeployed

    Scenario: Training without a document is refused
      Given a workspace under Microsoft-managed keys
      When the customer trains the model "legal-en-de" in "ws-prod"
      Then the request is refused
      And nothing has changed

    Scenario: Training with documents in another workspace alone is refused
      Given an upload under Microsoft-managed keys
      And the customer creates the workspace "ws-test" for "translator-prod"
      When the customer trains the model "legal-en-de" in "ws-test"
      Then the request is refused
      And nothing has changed

    Scenario: Training again after the uploads were lost is refused
      Given the access to the key has been lost and granted again
      When the customer trains the model "support-en-de" in "ws-prod"
      Then the request is refused
      And nothing has changed
