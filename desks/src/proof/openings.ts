/**
 * Sealed offers opened again from the record alone: replay/openings.py in the browser, with WebCrypto.
 * The keys, boxes, shares and commitments are in the entries; whether the amount was a valid one is for `rejudge`.
 * Not opened here, and counted as such: shares dealt for P-256, and any where this browser has no X25519.
 */

import { commitmentOf, contextOf, deal, hpkeOpen, join, openBox, opener, plainOf } from "../escrow";
import { decode, type Json } from "./canon";
import type { Entry } from "./envelope";
import { Refusal, fromBase64, joined, same, type Bytes } from "./text";

const DEALT_WRONG = "SHARES_DEALT_WRONG";
const UNREADABLE = "SEAL_UNREADABLE";
/** Of a share of 32 bytes under X25519: the ephemeral key, the share and the tag. */
const X25519_SHARE = 80;
const FIELDS = "auction,bidder,lot,nonce,pad,price,unit,v";

type Fields = { [key: string]: Json };
type Opener = Awaited<ReturnType<typeof opener>>;

interface Sealed {
  lot: string;
  commit: Bytes;
  box: Bytes;
  k: number;
  shares: Bytes[];
}

/** The amount in the box, or why it is void; null where this browser cannot tell. */
type Again = { amount: number | null; reason: string | null } | null;

/** Not a refusal: what is needed is not in this browser. */
class Unable extends Error {}

export class Openings {
  /** How many opened or voided offers were opened again, of how many. */
  checked = 0;
  claimed = 0;
  private auction = "";
  private unit = "";
  private names: string[] = [];
  private publics: Bytes[] = [];
  private readonly sealed = new Map<string, Sealed>();
  private readonly openers = new Map<number, Opener>();

  /** Takes the next entry; raises Refusal where what it says is not what the seal holds. */
  async take(entry: Entry): Promise<void> {
    const data = fields(entry["data"]);
    try {
      if (entry.i === 0) this.begin(fields(data["document"]));
      for (const row of Array.isArray(data["facts"]) ? data["facts"] : []) await this.fact(fields(row), fields(data["ask"]));
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.where === "opening") throw new Refusal(thrown.en, thrown.zh);
      const [en, zh] = thrown instanceof Refusal ? [thrown.en, thrown.zh] : ["it makes no sense", "内容无法识别"];
      throw new Refusal(`what the log holds does not open the sealed offer: ${en}`, `以记录所载无法打开密封报价：${zh}`);
    }
  }

  private begin(document: Fields): void {
    const terms = fields(document["terms"]);
    const unit = fields(terms["unit"]);
    this.auction = String(document["auction"]);
    this.unit = `${unit["en"]}.${unit["scale"]}`;
    const trustees = Array.isArray(terms["trustees"]) ? terms["trustees"].map(fields) : [];
    this.names = trustees.map((one) => String(one["id"]));
    this.publics = trustees.map((one) => fromBase64(String(one["public"])));
  }

  private async fact(row: Fields, ask: Fields): Promise<void> {
    if (row["fact"] === "offer_sealed") {
      const shares = (row["shares"] as string[]).map(fromBase64);
      const parts = { commit: fromBase64(String(row["commit"])), box: fromBase64(String(row["box"])), k: Number(row["k"]), shares };
      this.sealed.set(String(row["bidder"]), { lot: typeof row["lot"] === "string" ? row["lot"] : "", ...parts });
    } else if (row["fact"] === "trustee_opened") await this.key(String(row["trustee"]), fromBase64(String(row["key"])));
    else if (row["fact"] === "offer_opened" || row["fact"] === "offer_voided") await this.opened(row, ask);
  }

  /** A trustee's one-time key, which anybody may see once it is logged. */
  private async key(name: string, secret: Bytes): Promise<void> {
    const number = this.names.indexOf(name) + 1;
    const wanted = this.publics[number - 1];
    if (wanted === undefined || secret.length !== 32) throw new Refusal("no such trustee, or no key", "没有该受托人，或不是密钥");
    const found = await opener(secret).catch(() => null);
    if (found === null) return;
    if (!same(found.public, wanted.slice(0, 32))) throw new Refusal(`the key is not that of trustee ${name}`, `该私钥不是受托人 ${name} 的`, "opening");
    this.openers.set(number, found);
  }

  private async opened(row: Fields, ask: Fields): Promise<void> {
    this.claimed += 1;
    const bidder = String(row["bidder"]);
    const again = await this.again(bidder, ask);
    if (again === null) return;
    const { amount, reason } = again;
    const claimed = row["reason"];
    const holds =
      row["fact"] === "offer_opened"
        ? reason === null && row["amount"] === amount
        : // For any other reason the rule found the amount itself wanting.
          reason === (claimed === DEALT_WRONG || claimed === UNREADABLE ? claimed : null);
    if (!holds) {
      const [found, said] = [reason ?? amount, row["amount"] ?? claimed];
      throw new Refusal(`the offer of ${bidder} opens to ${found}, not to ${said}`, `竞买人 ${bidder} 的密封报价打开后为 ${found}，而非记录所载的 ${said}`, "opening");
    }
    this.checked += 1;
  }

  private async again(bidder: string, ask: Fields): Promise<Again> {
    const parts = this.sealed.get(bidder);
    if (parts === undefined) throw new Refusal("nothing was sealed by this bidder", "该竞买人没有密封报价");
    const context = contextOf({ auction: this.auction, lot: parts.lot, bidder });
    let plain: Bytes | null;
    if ("trustee" in ask) {
      try {
        plain = await this.unsealed(context, parts);
      } catch (thrown) {
        if (thrown instanceof Unable) return null;
        throw thrown;
      }
      if (plain === null) return { amount: null, reason: DEALT_WRONG };
    } else if (typeof ask["secret"] === "string") {
      plain = await openBox(context, parts.commit, parts.box, fromBase64(ask["secret"]));
      if (plain === null) throw new Refusal("the key does not open the box", "该密钥打不开密封报价");
    } else {
      plain = fromBase64(String(ask["plain"]));
      if (!same(await commitmentOf(context, plain), parts.commit)) throw new Refusal("not what was committed to", "与承诺不符");
    }
    const amount = this.read(plain, parts.lot, bidder);
    return { amount, reason: amount === null ? UNREADABLE : null };
  }

  /** What the keys in the record make of it; null where the bidder dealt the shares wrongly. */
  private async unsealed(context: Bytes, parts: Sealed): Promise<Bytes | null> {
    if (parts.shares.some((share) => share.length !== X25519_SHARE) || this.openers.size === 0) throw new Unable();
    const found = new Map<number, Bytes | null>();
    for (const [number, to] of [...this.openers].sort(([a], [b]) => a - b)) {
      const info = joined(context, parts.commit, Uint8Array.of(number));
      found.set(number, await hpkeOpen(to, info, parts.shares[number - 1]!));
    }
    const sound = [...found].filter((pair): pair is [number, Bytes] => pair[1] !== null);
    for (const quorum of choices(sound, parts.k)) {
      const key = join(new Map(quorum));
      const plain = await openBox(context, parts.commit, parts.box, key);
      if (plain === null) continue;
      const right = await deal(key, parts.k, parts.shares.length);
      return [...found].every(([number, share]) => share !== null && same(share, right[number - 1]!)) ? plain : null;
    }
    return null;
  }

  /** The price in the plain bytes; null unless they are what sealing makes of it. */
  private read(plain: Bytes, lot: string, bidder: string): number | null {
    try {
      const value = fields(decode(plain));
      const price = value["price"];
      if (Object.keys(value).sort().join() !== FIELDS || typeof price !== "number") return null;
      const made = plainOf({ auction: this.auction, lot, bidder, price, unit: this.unit }, fromBase64(String(value["nonce"])));
      return same(made, plain) ? price : null;
    } catch {
      return null;
    }
  }
}

const fields = (value: Json | undefined): Fields => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

/** Every choice of k of them, in order. */
function choices<T>(all: readonly T[], k: number): T[][] {
  if (k === 0) return [[]];
  return all.flatMap((one, at) => choices(all.slice(at + 1), k - 1).map((rest) => [one, ...rest]));
}
