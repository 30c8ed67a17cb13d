/**
 * The centre's signed word that it has a complaint: a note beside all logs, by the key of its logs, under a name that no
 * log can have. It says that the centre has this file, not that it is right; no witness is asked for.
 */

import { ED25519, openNote, parseKey, parseNote, type Verifier } from "./note";
import type { Policy } from "./policy";
import { Refusal, find, fromDecimal, fromUtf8, joined, sha256, toBase64, toHex, utf8, type Bytes } from "./text";

export const HEADER = "daylight complaint acknowledgement v1";
const FIELDS = ["centre", "auction", "number", "from", "filed", "sha256"];

export interface Acknowledgement {
  /** The prefix of the centre's logs. */
  centre: string;
  /** The origin of the auction's log. */
  auction: string;
  number: bigint;
  /** A paddle or an application's alias. */
  alias: string;
  /** Microseconds since 1970 UTC. */
  filed: bigint;
  /** Of the complaint's file, in hexadecimal. */
  sha256: string;
}

/** Whether a file begins like one; nothing is verified. */
export const isAcknowledgement = (raw: Uint8Array): boolean => find(raw.subarray(0, HEADER.length + 1), utf8(`${HEADER}\n`)) === 0;

/** What the centre acknowledged, once a key that the policy has for its log signed it; raises Refusal. */
export async function verifyAcknowledgement(raw: Bytes, policy: Policy): Promise<Acknowledgement> {
  const claimed = parse(parseNote(raw).text);
  const keys = policy.logs.filter((log) => log.name === claimed.auction && log.alg === ED25519);
  if (keys.length === 0) throw refused(`the policy knows no log named ${claimed.auction}`, `信任策略中没有名为 ${claimed.auction} 的日志`);
  if (!claimed.auction.startsWith(`${claimed.centre}/`)) throw refused("its log is not of its centre", "所载日志不属于所载交易中心");
  try {
    await openNote(raw, await Promise.all(keys.map((log) => renamed(log, `${claimed.centre}:papers`))));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    throw refused(`the acknowledgement does not verify: ${thrown.en}`, `受理回执未通过验证：${thrown.zh}`);
  }
  return claimed;
}

/** The same key under another name, with the key id that belongs to it. */
async function renamed(log: Verifier, name: string): Promise<Verifier> {
  const material = joined(Uint8Array.of(log.alg), log.key);
  const id = toHex((await sha256(joined(utf8(`${name}\n`), material))).slice(0, 4));
  return parseKey(`${name}+${id}+${toBase64(material)}`);
}

/** Each line in its place and in its one spelling. */
function parse(text: Bytes): Acknowledgement {
  const [header, ...lines] = fromUtf8(text).replace(/\n$/, "").split("\n");
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf(" ");
    return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
  });
  if (header !== HEADER || pairs.map(([name]) => name).join() !== FIELDS.join()) throw malformed("the lines of an acknowledgement are missing or in another order", "缺少应有的行或次序不对");
  const [centre, auction, number, alias, filed, hash] = pairs.map(([, value]) => value) as [string, string, string, string, string, string];
  if (pairs.some(([, value]) => value === "")) throw malformed("a line says nothing", "有一行没有内容");
  if (!/^[0-9a-f]{64}$/.test(hash)) throw malformed("the hash is not a SHA-256 in hexadecimal", "散列不是十六进制的 SHA-256");
  const when = fromDecimal(filed);
  if (when > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed("the time is beyond every calendar", "时间超出日历范围");
  return { centre, auction, number: fromDecimal(number), alias, filed: when, sha256: hash };
}

const refused = (en: string, zh: string): Refusal => new Refusal(en, zh, "acknowledgement");
const malformed = (en: string, zh: string): Refusal => refused(`not an acknowledgement: ${en}`, `不是有效的异议受理回执：${zh}`);
