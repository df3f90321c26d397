"""What has changed in the payloads of a project since a revision."""
