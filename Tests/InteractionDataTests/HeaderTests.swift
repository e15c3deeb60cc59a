import FileFormats
import InteractionData
import Testing

@Suite("Headers and columns")
struct HeaderTests {
  @Test(
    "the columns of public data sets are recognised by name",
    arguments: [
      ("visitorid,itemid\n257597,355908\n", "257597 355908"),
      (
        "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n",
        "257597 355908 @1433221332.117"
      ),
      ("customer_no,sku,quantity,price\n1,a,1,9.5\n", "1 a"),
      ("SessionId,Time,ItemId\n1,2014-04-07T10:51:09.277Z,214\n", "1 214 @1396867869.277"),
      ("user_id,recipe_id,date,rating,review\n38094,40893,2003-02-17,4,great\n", "38094 40893 4.0 @1045440000.0"),
      ("user-ID;ISBN;Book-Rating\n276725;034545104X;0\n", "276725 034545104X 0.0"),
      (
        "reviewerID,asin,reviewerName,overall,unixReviewTime,reviewTime\nA1,B1,Ann,5.0,1252800000,09 13 2009\n",
        "A1 B1 5.0 @1252800000.0"
      ),
      (
        "event_time,event_type,product_id,category_id,price,user_id,user_session\n2019-10-01 00:00:00 UTC,view,44,21,35.79,541,72d7\n",
        "541 44 @1569888000.0"
      ),
      ("t_dat,customer_id,article_id,price\n2018-09-20,c1,663,0.05\n", "c1 663 @1537401600.0"),
      ("sessionId;userId;itemId;timeframe\n1;NA7;81766;526309\n", "NA7 81766"),
      (
        "brewery_id,review_time,review_overall,review_profilename,beer_name,beer_beerid\n10,1234817823,1.5,stcules,Sausa,47986\n",
        "stcules 47986 1.5 @1234817823.0"
      ),
      (
        "user_id,video_id,play_duration,time,timestamp,watch_ratio\n0,3649,13838,2020-07-05 00:08:23.438,1593878903.438,1.2\n",
        "0 3649 @1593878903.438"
      ),
      (",user_id,item_id,rating\n0,u1,i1,4\n", "u1 i1 4.0"),
      ("user_id,user_name,business_id,stars\nu1,Ann,b1,4\n", "u1 b1 4.0"),
      ("profile\tpoi\nu1\tp1\n", "u1 p1"), ("user,news\nu1,n1\n", "u1 n1"),
    ])
  func known(text: String, line: String) throws {
    #expect(try read(text).lines == [line])
  }

  @Test(
    "one known name among words is a header, and what is left over is the column that is missing",
    arguments: [
      ("user,x\nu1,i1\n", "u1 i1"), ("x,itemid\n5,7\n", "5 7"), ("film,x,rating\ni1,u1,4\n", "u1 i1 4.0"),
      ("whoever,movie_id\nann,alien\n", "ann alien"),
    ])
  func oneName(text: String, line: String) throws { #expect(try read(text).lines == [line]) }

  @Test(
    "a header without known names is nobody's id, and the flags are named",
    arguments: ["a,b,c,d\nu1,i1,4,10\n", "klant,ding\n1,2\n3,4\n", "wer,was,wann\n1,a,100\n2,b,101\n"])
  func unknown(text: String) {
    #expect(
      refusal(text)?.hasSuffix(
        "has no known user and no known item column; accepted: --user-column with a name or number and "
          + "--item-column with a name or number; --no-header where the first line is data") == true,
      "\(refusal(text) ?? "")")
  }

  @Test("with numbers for columns the header is still none of the data")
  func numbered() throws {
    let format = InteractionFormat(user: .number(2), item: .number(4), rating: .absent, timestamp: .absent)
    let text = "timestamp,visitorid,event,itemid\n1433221332117,257597,view,355908\n1433224214164,992329,view,248676\n"
    #expect(try read(text, format).lines == ["257597 355908", "992329 248676"])
    #expect(
      try read("wann,wer,was\n100,1,2\n101,1,3\n", InteractionFormat(user: .number(2), item: .number(3))).lines == [
        "1 2", "1 3",
      ])
  }

  @Test(
    "a first line of data whose rating is missing or wrong is an error on line 1, not a header",
    arguments: [
      ("u1,i1,,100\nu1,i2,4,101\n", ""), ("u1,i1,\nu1,i2,4\n", ""), ("u9,i9,NA\nu1,i2,4\nu2,i1,5\n", "NA"),
      ("u9,i9,-\nu1,i2,4\n", "-"), ("u1,i1,five\nu1,i2,4\n", "five"), ("u9,i9,five\nu1,i2,4\nu2,i1,5\n", "five"),
      ("u1,i1,null,100\nu2,i2,4,101\n", "null"), ("1,2,x\n3,4,5\n", "x"),
      ("u9\ti9\tbad\t881250949\nu1\ti1\t4\t881250950\n", "bad"),
      ("ann,alien,good\nbob,heat,4\n", "good"), ("u9;i9;?\nu1;i1;3\n", "?"),
    ])
  func brokenFirstLine(text: String, rating: String) {
    #expect(
      refusal(text)?.hasPrefix("ratings.csv:1: \"\(rating)\" is not a rating; accepted: ") == true,
      "\(refusal(text) ?? "")")
  }

  @Test(
    "a word that is also a column's name stays an id where it looks like one",
    arguments: ["ann,news\nbob,sport\n", "ann,book\nbob,pen\ncarl,book\n", "user,item1\nuser,item2\n"])
  func dataNotHeader(text: String) throws {
    #expect(try read(text).columns?.header == false)
    #expect(try read(text).count == text.split(separator: "\n").count)
  }

  @Test("--header and --no-header have the last word")
  func forced() throws {
    #expect(try read("klant,ding\n1,2\n", InteractionFormat(hasHeader: false)).lines == ["klant ding", "1 2"])
    let named = InteractionFormat(hasHeader: true, user: .number(1), item: .number(2))
    #expect(try read("a,b\nu1,i1\n", named).lines == ["u1 i1"])
    #expect(
      refusal("user,item\nu,i\n", InteractionFormat(hasHeader: false, user: .named("user")))?.contains("--no-header")
        == true)
  }

  @Test("under a header, what is read as rating and time depends on names alone, not on other flags")
  func unrelatedFlags() throws {
    let text = "customer_no,sku,quantity,price\n1,a,1,9.5\n1,b,1,3\n2,a,4,9.5\n"
    let formats = [
      InteractionFormat(), InteractionFormat(user: .named("customer_no")), InteractionFormat(item: .named("sku")),
      InteractionFormat(user: .number(1)), InteractionFormat(hasHeader: true), InteractionFormat(delimiter: .comma),
      InteractionFormat(timestamp: .absent), InteractionFormat(rating: .absent),
    ]
    for format in formats {
      #expect(try read(text, format).lines == ["1 a", "1 b", "2 a"])
    }
    #expect(try read(text, InteractionFormat(rating: .named("quantity"))).lines == ["1 a 1.0", "1 b 1.0", "2 a 4.0"])
  }

  @Test("a column that looks like a rating or a label and is not read is named with the flag that reads it")
  func labels() throws {
    let label = "user_id:token\titem_id:token\tlabel:float\nu1\ta\t1\nu1\tb\t0\nu2\ta\t0\n"
    #expect(try decided(label).last == "column label is not read; --rating-column label --min-rating 1 keeps the ones")
    #expect(
      try decided("user,item,is liked\nu1,a,1\nu1,b,0\n").last
        == "column is liked is not read; --rating-column 3 --min-rating 1 keeps the ones")
    #expect(
      try decided("user,item,mark\nu1,a,1\nu1,b,4.5\n").last
        == "column mark is not read; --rating-column mark reads it as the rating")
    for text in [
      "user,item,category_id\nu1,a,1\nu1,b,4\n", "user,item,rating,label\nu1,a,3,1\nu1,b,4,0\n",
      "user,item,price\nu1,a,9.99\nu1,b,1\n",
    ] {
      #expect(try decided(text).count == 1, "\(text)")
    }
    #expect(try decided(label, InteractionFormat(rating: .absent)).count == 1)
  }

  @Test("ratings that are zeros and ones are noted, until a filter has dealt with them")
  func zeros() throws {
    let note = "the ratings are zeros and ones; --min-rating 1 keeps the ones"
    for text in ["u1,a,1\nu1,b,0\nu2,a,1\n", "user,item,rating\nu1,a,1.0\nu1,b,0.0\n"] {
      #expect(try decided(text).last == note)
      #expect(try !Filters(minRating: 1).apply(to: read(text)).notes.contains(note))
    }
    #expect(try decided("u1,a,1\nu1,b,0\nu2,a,2\n").count == 1)
  }

  @Test("a date that cannot be read is left alone and named")
  func unreadableDate() throws {
    #expect(
      try decided("user,item,date\nu1,a,09 13 2009\nu1,b,09 14 2009\n").last
        == "column date is not read: its values are neither numbers nor ISO 8601")
  }

  @Test(
    "what was decided is one sentence",
    arguments: [
      (
        "userId,movieId,rating,timestamp\n1,2,3,4\n",
        "f.csv: comma-separated, header; user = userId (column 1), item = movieId (2), rating = rating (3), "
          + "timestamp = timestamp (4)"
      ),
      ("u1 i1\n", "f.csv: separated by blanks, no header; columns 1 and 2 read as user and item"),
      ("u1::i1::4\n", "f.csv: separated by ::, no header; columns 1, 2 and 3 read as user, item and rating"),
      (
        "u1\ti1\t4\t10\tx\n",
        "f.csv: tab-separated, no header; columns 1, 2, 3 and 4 read as user, item, rating and timestamp; column 5 not read"
      ),
      (
        "u1|i1|4|10|x|y|z\n",
        "f.csv: separated by \"|\", no header; columns 1, 2, 3 and 4 read as user, item, rating and timestamp; "
          + "columns 5 to 7 not read"
      ),
      (
        "user;item;a;b;c;d;e\n1;2;x;x;x;x;x\n",
        "f.csv: semicolon-separated, header; user = user (column 1), item = item (2); columns 3 to 7 not read"
      ),
    ])
  func sentence(text: String, sentence: String) throws { #expect(try decided(text).first == sentence) }

  @Test("what was decided survives filters, and a file of ids that never come back is noted")
  func carried() throws {
    let data = try InteractionReader().read(ByteSource(name: "a/f.csv", bytes: Array("u,i,4\nu,j,2\nv,i,5\n".utf8)))
    let kept = try Filters(minRating: 3).apply(to: data)
    #expect(kept.columns == data.columns && kept.columns?.file == "f.csv" && kept.columns?.rating?.number == 3)
    #expect(kept.notes.first == data.columns?.description)
    #expect(
      try read("u1,a\nu1,b\nu2,c\nu2,d\n").notes == [
        "every item occurs only once; --item-column says in which column the item is"
      ])
  }

  @Test("a column of ids is taken before a column of names, wherever it stands")
  func idsBeforeNames() throws {
    let text = "user_name,user_id,movie,movie_id,rating\nbob,1,Heat,10,4\nbob,2,Heat,11,5\nann,3,Alien,10,3\n"
    let data = try InteractionReader().read(ByteSource(name: "names.csv", bytes: Array(text.utf8)))
    #expect(data.users.ids == ["1", "2", "3"] && data.items.ids == ["10", "11"])
  }
}
