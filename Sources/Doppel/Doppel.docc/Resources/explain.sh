doppel explain
