Feature: Custom Translator workspaces
  Which of a resource's workspaces the customer's key protects.

  @workspace.covered
  Rule: A workspace made after enabling is under the customer's key

    @environment.create-workspace
    Scenario: A new workspace
      Given customer-managed keys are on
      When the customer creates the workspace "ws-prod" for "translator-prod"
      Then the request is accepted
      And the workspace "ws-prod" is protected by customer-managed keys

    @environment.create-workspace
    Scenario: A second workspace
      Given a workspace under customer-managed keys
      When the customer creates the workspace "ws-test" for "translator-prod"
      Then the request is accepted
      And the workspace "ws-test" is protected by customer-managed keys

    @revocation.data-inaccessible @revocation.access-revoked @revocation.revoke
    Scenario: A workspace under the customer's key depends on it
      Given a workspace under customer-managed keys
      When the customer revokes the access of "translator-prod" to the keys of "kv-prod"
      Then the request is accepted
      And the data of "ws-prod" is inaccessible

  @workspace.earlier-uncovered
  Rule: Enabling does not put an earlier workspace under the customer's key

    Scenario: A workspace that was there before
      Given a resource and a vault with a key
      And the customer creates the workspace "ws-prod" for "translator-prod"
      When the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod"
      Then the request is accepted
      And the workspace "ws-prod" is protected by Microsoft-managed keys
