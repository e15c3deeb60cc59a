doppel explain ratings.csv --titles movies.csv --report lesson.html
