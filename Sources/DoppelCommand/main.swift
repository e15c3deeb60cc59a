print("doppel")
