/**
 * A file of bank notices (CSV) read into what the interface takes. Pure; the house decides what each comes to.
 * RFC 4180 with a header line; column names in Chinese or English, in any order; times of day are Beijing's.
 */

import { parse } from "../money";
import { fromField, toField, toMicros } from "../time";

export interface BankNotice {
  bank: string;
  serial: string;
  account: string;
  payer: string;
  payer_account: string;
  amount: number;
  received: number;
}

/** What became of a notice: `told` is one that nobody finished. */
export type NoticeState = "told" | "counted" | "held" | "refused" | "returned";

/** What an officer may do with a notice: count it, or say that it was sent back. */
export const MAY: Record<NoticeState, readonly ("grant" | "return")[]> = { told: ["grant"], counted: [], held: ["grant", "return"], refused: ["return"], returned: [] };

export type Trouble = "columns" | "cells" | "amount" | "received" | "account" | "bank" | "serial" | "payer_account" | "empty";

export interface Row {
  /** In the file, from 1. */
  line: number;
  notice: BankNotice | null;
  trouble: Trouble | null;
}

const COLUMNS: Record<keyof BankNotice, readonly string[]> = {
  bank: ["银行", "开户行", "bank"],
  serial: ["流水号", "银行流水号", "serial"],
  account: ["子账号", "收款账号", "account"],
  payer: ["付款户名", "付款人", "payer"],
  payer_account: ["付款账号", "payer_account"],
  amount: ["金额", "到账金额", "amount"],
  received: ["到账时间", "InDate", "received"],
};
const NAMES = Object.keys(COLUMNS) as (keyof BankNotice)[];

/** A bank's file in UTF-8, or in GB 18030 as older systems write it. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** The records of a CSV text: cells, and the line each record begins on. */
export function records(text: string): { line: number; cells: string[] }[] {
  const found: { line: number; cells: string[] }[] = [];
  let [cells, cell, quoted, line, begun]: [string[], string, boolean, number, number] = [[], "", false, 1, 1];
  const end = (): void => {
    cells.push(cell.trim());
    if (cells.some((one) => one !== "")) found.push({ line: begun, cells });
    [cells, cell, begun] = [[], "", line + 1];
  };
  const source = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at]!;
    if (quoted) {
      if (letter === '"' && source[at + 1] === '"') at += 1;
      else if (letter === '"') {
        quoted = false;
        continue;
      }
      cell += letter;
      if (letter === "\n") line += 1;
    } else if (letter === '"' && cell.trim() === "") [quoted, cell] = [true, ""];
    else if (letter === ",") {
      cells.push(cell.trim());
      cell = "";
    } else if (letter === "\n") {
      end();
      line += 1;
    } else cell += letter;
  }
  end();
  return found;
}

export function noticesOf(text: string): Row[] {
  const [head, ...rest] = records(text);
  if (head === undefined) return [{ line: 1, notice: null, trouble: "empty" }];
  const place = (name: keyof BankNotice): number =>
    head.cells.findIndex((cell) => COLUMNS[name].some((one) => one.toLowerCase() === cell.toLowerCase()));
  const places = Object.fromEntries(NAMES.map((name) => [name, place(name)])) as Record<keyof BankNotice, number>;
  if (NAMES.some((name) => places[name] < 0)) return [{ line: head.line, notice: null, trouble: "columns" }];
  if (rest.length === 0) return [{ line: head.line, notice: null, trouble: "empty" }];
  return rest.map(({ line, cells }) => ({ line, ...noticeOf(cells, places, head.cells.length) }));
}

function noticeOf(cells: string[], places: Record<keyof BankNotice, number>, width: number): Pick<Row, "notice" | "trouble"> {
  const no = (trouble: Trouble): Pick<Row, "notice" | "trouble"> => ({ notice: null, trouble });
  if (cells.length !== width) return no("cells");
  const of = (name: keyof BankNotice): string => cells[places[name]] ?? "";
  const amount = parse(of("amount"), 2);
  if (!("amount" in amount) || amount.amount <= 0) return no("amount");
  const received = receivedOf(of("received"));
  if (received === null) return no("received");
  const account = of("account").replace(/\s/g, "");
  if (!/^\d{16}$/.test(account)) return no("account");
  const [bank, serial, payer, payer_account] = [of("bank"), of("serial"), of("payer"), of("payer_account").replace(/\s/g, "")];
  if (bank === "" || serial === "" || payer === "" || payer_account === "") return no("cells");
  // As the bank's interface has them: its code and its serial number are the key of a payment.
  if (!/^[A-Za-z0-9]{1,16}$/.test(bank)) return no("bank");
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(serial)) return no("serial");
  if (!/^[0-9-]{1,40}$/.test(payer_account)) return no("payer_account");
  return { notice: { bank, serial, account, payer, payer_account, amount: amount.amount, received }, trouble: null };
}

/** `2026-03-02 14:00:00`, `2026/3/2 14:00` or `20260302140000`, Beijing time, in microseconds. */
export function receivedOf(text: string): number | null {
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => (part ?? "0").padStart(2, "0"));
  const field = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const found = toMicros(fromField(field));
  // A day that is none, such as 30 February, would become another one.
  return found !== null && toField(found) === field ? found : null;
}

/** In batches as large as the interface takes. */
export function batches<T>(all: readonly T[], size = 100): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
