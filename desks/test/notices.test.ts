import { describe, expect, it } from "vitest";
import { MAY, batches, noticesOf, receivedOf, records, textOf } from "../src/staff/notices";

const HEAD = "银行,流水号,子账号,付款户名,付款账号,金额,到账时间";
const ROW = "ICBC,S-1,6000000000000001,\"中山某某, 集团\",6222 0000,\"50,000.00\",2026-03-02 14:00:00";
/** 2026-03-02 06:00 UTC. */
const AT = 1_772_431_200_000_000;

describe("a file of bank notices", () => {
  it("is read by the names of its columns", () => {
    const [row] = noticesOf(`\ufeff${HEAD}\r\n${ROW}\r\n`);
    expect(row).toEqual({
      line: 2,
      trouble: null,
      notice: { bank: "ICBC", serial: "S-1", account: "6000000000000001", payer: "中山某某, 集团", payer_account: "62220000", amount: 5_000_000, received: AT },
    });
    const [other] = noticesOf("amount,serial,bank,account,payer,payer_account,received\n1,S,B,6000000000000001,P,9,20260302140000");
    expect(other?.notice).toMatchObject({ amount: 100, serial: "S", bank: "B", received: AT });
  });

  it("tells the line of each row that cannot be read, and reads the others", () => {
    const wrong = (name: string, value: string): string => ROW.replace(name, value);
    const rows = noticesOf([HEAD, ROW, wrong("\"50,000.00\"", "0"), wrong("\"50,000.00\"", "1.234"), wrong("14:00:00", "noon"), wrong("6000000000000001", "600"), wrong("S-1", ""), `${ROW},more`].join("\n"));
    expect(rows.map((row) => [row.line, row.trouble])).toEqual([[2, null], [3, "amount"], [4, "amount"], [5, "received"], [6, "account"], [7, "cells"], [8, "cells"]]);
  });

  it.each([
    ["工商银行", "A-9", "bank"],
    ["ICBC", "流水9", "serial"],
  ])("%s %s: says which field the bank's interface would not take", (bank, serial, trouble) => {
    const text = `银行,流水号,子账号,付款户名,付款账号,金额,到账时间\n${bank},${serial},1234567890123456,甲公司,62220001,100.00,2026-03-02 14:00:00`;
    expect(noticesOf(text).map((row) => [row.line, row.trouble])).toEqual([[2, trouble]]);
    expect(noticesOf(text.replace(bank, "ICBC").replace(serial, "A-9")).map((row) => row.trouble)).toEqual([null]);
  });

  it.each([["", "empty"], [HEAD, "empty"], ["a,b\n1,2", "columns"]])("%j is none", (text, trouble) => {
    expect(noticesOf(text).map((row) => row.trouble)).toEqual([trouble]);
  });

  it("may hold quotes, commas and new lines in a cell", () => {
    expect(records('a,"b ""c"", d"\n"e\nf",g\nh,i')).toEqual([
      { line: 1, cells: ["a", 'b "c", d'] },
      { line: 2, cells: ["e\nf", "g"] },
      { line: 4, cells: ["h", "i"] },
    ]);
  });

  it("may be written by an older system", () => {
    expect(textOf(new TextEncoder().encode("银行"))).toBe("银行");
    expect(textOf(Uint8Array.from([0xd2, 0xf8, 0xd0, 0xd0]))).toBe("银行");
  });
});

describe("the time of receipt", () => {
  it.each(["2026-03-02 14:00:00", "2026-03-02T14:00", "2026/3/2 14:00", "20260302140000"])("%s is Beijing's", (text) => expect(receivedOf(text)).toBe(AT));
  it.each(["", "2026-03-02", "14:00", "2026-02-30 14:00:00", "2026-03-02 25:00:00"])("%j is none", (text) => expect(receivedOf(text)).toBeNull());
});

it("goes in batches of a hundred", () => {
  const all = Array.from({ length: 201 }, (_, at) => at);
  expect(batches(all).map((part) => part.length)).toEqual([100, 100, 1]);
  expect(batches(all).flat()).toEqual(all);
  expect(batches([])).toEqual([]);
});

describe("what an officer may do", () => {
  it("lets him finish what a break left unfinished, and send back what counts nowhere", () => {
    expect(MAY.told).toEqual(["grant"]);
    expect(MAY.held).toEqual(["grant", "return"]);
    expect(MAY.refused).toEqual(["return"]);
    expect([...MAY.counted, ...MAY.returned]).toEqual([]);
  });
});
