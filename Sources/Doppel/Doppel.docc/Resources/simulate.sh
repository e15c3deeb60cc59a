doppel simulate --ratings --output people
