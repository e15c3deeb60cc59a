import ArgumentParser
struct Recommend: ParsableCommand { }
