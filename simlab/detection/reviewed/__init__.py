"""What an access review looks for, one question a module: people, rights, shared accounts, jobs and vendors."""
