/**
 * A bidder's own key: made in this browser for one account in one auction, kept where nobody can take it out.
 * Ed25519 where the browser has it, else ECDSA P-256. It does not know the wire.
 */

import { keyId, signedText, type Algorithm, type Request } from "../proof/commandKey";
import { toBase64 } from "../proof/text";
import type { Shelves } from "./shelves";

interface Kept {
  alg: Algorithm;
  key: string;
  secret: CryptoKey;
}

const HOW = {
  ed25519: { make: { name: "Ed25519" }, sign: { name: "Ed25519" } },
  p256: { make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } },
} as const;

export class OwnKey {
  private constructor(
    readonly alg: Algorithm,
    /** Base64 of the public bytes. */
    readonly key: string,
    /** What the log calls this key. */
    readonly id: string,
    private readonly secret: CryptoKey,
  ) {}

  /** The key kept under this name; a new one, kept at once, where there is none. Throws where the browser can do neither. */
  static async of(shelves: Shelves, name: string): Promise<OwnKey> {
    const kept = (await shelves.get<Kept>("keys", name)) ?? (await shelves.first("keys", name, await made()));
    return new OwnKey(kept.alg, kept.key, await keyId(kept.alg, kept.key), kept.secret);
  }

  /** Base64 signature over one request, as the log will hold it. */
  async sign(request: Request): Promise<string> {
    return toBase64(new Uint8Array(await crypto.subtle.sign(HOW[this.alg].sign, this.secret, signedText(request))));
  }
}

async function made(): Promise<Kept> {
  try {
    return await pair("ed25519");
  } catch {
    return pair("p256");
  }
}

async function pair(alg: Algorithm): Promise<Kept> {
  const keys = (await crypto.subtle.generateKey(HOW[alg].make, false, ["sign", "verify"])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  return { alg, key: toBase64(raw), secret: keys.privateKey };
}
