/// Column names of public data sets and shops, in lower case, with letters and digits only.
enum KnownNames {
  /// A name in the form of these lists.
  static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// Whether a name is rarely a value: it names an identifier or is a typical column name.
  static func isUnmistakable(_ plain: String) -> Bool {
    let endings = ["id", "ids", "no", "nr", "number", "code", "uri", "asin", "isbn", "sku", "timestamp"]
    return words.contains(plain) || endings.contains { plain.hasSuffix($0) && all.contains(plain) }
  }

  private static let words: Set<String> = [
    "user", "users", "item", "items", "customer", "visitor", "reviewer", "member", "product", "rating", "ratings",
  ]
  private static let all: Set<String> = (user + item + rating + timestamp).reduce([]) { $0.union($1) }

  /// Each noun by itself and with the endings of identifiers.
  private static func identifiers(_ nouns: String) -> Set<String> {
    let endings = ["", "id", "ids", "no", "nr", "num", "number", "code", "key", "idx", "index"]
    return Set(nouns.split(separator: " ").flatMap { noun in endings.map { noun + $0 } })
  }

  private static func list(_ names: String) -> Set<String> { Set(names.split(separator: " ").map(String.init)) }

  static let user: [Set<String>] = [
    identifiers("user users customer cust reviewer member visitor fullvisitor client shopper buyer consumer subscriber")
      .union(
        list("uid username userhash usersha1 usermboxsha1 reviewername reviewprofilename profilename steamid msno")),
    identifiers(
      "person profile account player listener viewer reader author patient student learner guest traveler household"
    )
    .union(list("authorsteamid nickname login hashedemail")),
    identifiers("session usersession visit device cookie playlist"),
  ]

  static let item: [Set<String>] = [
    identifiers(
      """
      item items movie film book artist song track product prod article document business game anime manga show series \
      recipe beer beerbeer wine news poi venue place location restaurant hotel listing attraction job course video clip \
      sku stock app application podcast episode joke paper photo post thread question exercise problem coupon offer \
      repo repository playlistitem gmap content
      """
    )
    .union(
      list(
        """
        iid sid isbn isbn10 isbn13 asin doc docid docno ean gtin upc trackuri songuri artmbid artistmbid musicbrainzartistid \
        musicbrainztrackid traid artid goodsid goods contentid ad adid eventid
        """)),
    identifiers("parentasin album release recording band channel stream streamer shop store merchant seller url")
      .union(
        list(
          """
          title itemname itemtitle movietitle moviename filmname booktitle bookname artistname artname songname \
          songtitle trackname trackname productname producttitle beername recipename gamename gametitle appname venuename \
          businessname animename tmdbid imdbid
          """)),
  ]

  static let rating: [Set<String>] = [
    list(
      """
      rating ratings score scores stars star starrating weight count plays playcount listens listencount overall \
      bookrating reviewoverall reviewscore reviewrating userrating userscore ratingscore ratingvalue movierating \
      itemrating overallrating
      """)
  ]

  static let timestamp: [Set<String>] = [
    list("timestamp timestamps unixtime unixreviewtime unixtimestamp timestampms eventtimestamp"),
    list("time ts timems"),
    // Times under many of these names have ambiguous formats, so their values are checked as well.
    occasional,
  ]

  /// Names of times that count only where the values are times.
  static let occasional = list(
    """
    date datetime eventtime eventdate reviewtime reviewdate ratingtime ratingdate ratedat ratedon createdat created \
    createdtime creationdate creationtime createtime checkintime checkindate checkin playedat watchedat visitedat \
    visittime visitdate clicktime actiontime tdat orderdate ordertime purchasedate purchasetime transactiondate \
    transactiontime transactiondt invoicedate submissiondate utctime utctimestamp localtime
    """)
}
