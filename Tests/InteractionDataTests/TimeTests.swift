import InteractionData
import Testing

@Suite("Times")
struct TimeTests {
  @Test(
    "ISO 8601 is read into seconds since 1970 in UTC",
    arguments: [
      ("1970-01-01", 0.0), ("2012-09-30", 1_348_963_200), ("2010-10-19T23:55:27Z", 1_287_532_527),
      ("2010-10-19t23:55:27z", 1_287_532_527), ("2010-10-19 23:55:27", 1_287_532_527),
      ("2010-10-19T23:55", 1_287_532_500),
      ("2010-10-20T01:55:27+02:00", 1_287_532_527), ("2010-10-19T18:25:27-0530", 1_287_532_527),
      ("2010-10-20 01:55:27+02", 1_287_532_527), ("2010-10-19 23:55:27 UTC", 1_287_532_527),
      ("2010-10-19T23:55:27.250Z", 1_287_532_527.25), ("2010-10-19T23:55:27,5", 1_287_532_527.5),
      ("1969-12-31T23:59:59Z", -1), ("2000-02-29", 951_782_400), ("1900-03-01", -2_203_891_200),
      ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
  func dates(text: String, seconds: Double) throws {
    #expect(try read("u\ti\t4\t\(text)\n").timestamps == [seconds])
    #expect(try read("user;item;timestamp\nu;i;\"\(text)\"\n").timestamps == [seconds])
  }

  @Test(
    "what is no date is refused",
    arguments: [
      "2010-13-01", "2010-02-29", "1900-02-29", "2010-00-10", "2010-10-32", "2010-10-19T24:00:00", "2010-10-19T23:60",
      "2010-10-19T",
      "2010-10-19X", "2010-10-19T23:55:27+", "2010-10-19T23:55:27.Z", "2010-10-19T23:55:27Zz", "2010-1-19",
      "10/19/2010", "2010-10",
      "Tue Apr 03 18:00:09 +0000 2012", "0000-01-01", "2010-10-19T23:55:27.00000000000000000000000000000000",
    ])
  func noDates(text: String) {
    #expect(refusal("user\titem\ttimestamp\nu\ti\t\(text)\n")?.contains("\"\(text)\" is not a timestamp") == true)
  }

  @Test(
    "numbers of twelve digits and more are fractions of seconds",
    arguments: [
      ("881250949", 881_250_949.0), ("1433221332117", 1_433_221_332.117), ("881250949000", 881_250_949),
      ("1433221332117123", 1_433_221_332.117123), ("1433221332000000000", 1_433_221_332),
      ("99999999999", 99_999_999_999),
    ])
  func numbers(text: String, seconds: Double) throws { #expect(try read("u\ti\t4\t\(text)\n").timestamps == [seconds]) }

  @Test("a time in place of the rating is a time, in place of the item it is refused unless one column is left")
  func places() throws {
    #expect(try read("u,i,2012-09-30\nu,j,2012-10-01\n").lines == ["u i @1348963200.0", "u j @1349049600.0"])
    #expect(try read("u,i,881250949\nu,j,881250950\n").lines == ["u i @881250949.0", "u j @881250950.0"])
    #expect(try read("u,2012-09-30,i\nu,2012-10-01,j\n").lines == ["u i @1348963200.0", "u j @1349049600.0"])
    let gowalla = "0\t2010-10-19T23:55:27Z\t30.23\t-97.79\t22847\n1\t2010-10-18T22:17:43Z\t30.26\t-97.74\t22847\n"
    #expect(
      refusal(gowalla)
        == "ratings.csv:1: \"2010-10-19T23:55:27Z\" is a time in column 2, where the item would be; "
        + "accepted: --item-column 5 --rating-column none --timestamp-column 2")
    let format = InteractionFormat(item: .number(5), rating: .absent, timestamp: .number(2))
    #expect(try read(gowalla, format).lines == ["0 22847 @1287532527.0", "1 22847 @1287440263.0"])
    // With the item elsewhere, what stands third is no rating.
    #expect(try read(gowalla, InteractionFormat(item: .number(5))).lines == ["0 22847", "1 22847"])
    let clicks = "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,0\n"
    #expect(refusal(clicks)?.hasSuffix("accepted: --item-column N --rating-column none --timestamp-column 2") == true)
    #expect(
      refusal("2012-09-30,u,i\n2012-10-01,u,j\n")?.contains(
        "where the user would be; accepted: --user-column N --item-column N") == true)
  }
}
