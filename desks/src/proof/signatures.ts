/**
 * The bidders' own signatures in a record, checked with the keys they enrolled in it, entry by entry.
 * It re-decides nothing else: it asks whether what was accepted in a bidder's name was signed by him where he had a key,
 * and whether what was refused as badly signed was.
 */

import type { Json } from "./canon";
import { admit, keyId, signedText, verify, type Algorithm } from "./commandKey";
import type { Entry } from "./envelope";
import { Refusal } from "./text";

interface Key {
  alg: Algorithm;
  key: string;
}

type Fields = { [key: string]: Json };
const fields = (value: Json | undefined): Fields => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});

export class Signatures {
  /** How many requests of bidders bear a signature that holds. */
  signed = 0;
  /** How many requests of bidders there are. */
  requests = 0;
  private readonly keys = new Map<string, Map<string, Key>>();

  constructor(private readonly origin: string) {}

  /** Takes the next entry; raises Refusal where the signature does not fit the decision. */
  async take(entry: Entry): Promise<void> {
    const actor = String(entry["actor"]);
    const [kind = "", outcome] = String(entry["type"]).split(".");
    const data = fields(entry["data"]);
    // A used reference was refused: it, and so the signed text, is not in the entry. Nothing else may name an earlier
    // entry, or that alone would stand for a signature.
    const usedBefore = entry["by"] !== undefined && entry["cmd"] === undefined && outcome === "refused" && data["reason"] === "REF_REUSED";
    if (!actor.startsWith("bidder:") || usedBefore || (outcome !== "accepted" && outcome !== "refused")) return;
    this.requests += 1;
    const own = this.keys.get(actor) ?? new Map<string, Key>();
    const known = kind === "enrol" ? await enrolling(fields(data["ask"])) : own;
    const held = await this.held(entry, actor, kind, data, known);
    if (held === "good") this.signed += 1;
    if (outcome === "accepted") {
      if (held === "bad") throw new Refusal("accepted, though the bidder's signature does not hold", "已受理，但竞买人的签名不成立");
      if (held === "none" && (kind === "enrol" || own.size > 0)) throw new Refusal("accepted without the bidder's signature, which he had enrolled a key for", "竞买人已登记签名密钥，该请求却没有签名而被受理");
      if (kind === "enrol") this.keys.set(actor, new Map([...own, ...known]));
    } else if (held === "good" && (data["reason"] === "SIGNATURE_INVALID" || data["reason"] === "SIGNATURE_MISSING")) {
      throw new Refusal("refused for its signature, which holds", "以签名无效为由未受理，但该签名成立");
    }
  }

  private async held(entry: Entry, actor: string, kind: string, data: Fields, known: ReadonlyMap<string, Key>): Promise<"none" | "good" | "bad"> {
    if (data["sig"] === undefined) return "none";
    const { key: name, value } = fields(data["sig"]);
    const key = known.get(String(name));
    if (key === undefined) return "bad";
    const command = entry["cmd"];
    const ref = typeof command === "string" ? command.slice(actor.length + 1) : null;
    const text = signedText({ log: this.origin, actor, ref, kind, ask: fields(data["ask"]) });
    return (await verify(key.alg, key.key, value, text)) ? "good" : "bad";
  }
}

/** The key that a request brings, under its name; none when it is unsound. */
async function enrolling(ask: Fields): Promise<Map<string, Key>> {
  const { alg, public: key } = ask;
  try {
    await admit(alg, key);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return new Map();
  }
  return new Map([[await keyId(String(alg), String(key)), { alg: alg as Algorithm, key: String(key) }]]);
}
