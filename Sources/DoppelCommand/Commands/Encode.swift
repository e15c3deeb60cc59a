import ArgumentParser
struct Encode: ParsableCommand { }
