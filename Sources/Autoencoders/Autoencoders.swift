// Autoencoders
