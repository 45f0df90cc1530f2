## digest
