/**
 * Sealing an offer in this browser: the bytes of bidding/proof/escrow.py, made with WebCrypto alone.
 * The price leaves the page only as a commitment, a locked box, and shares of its key that k named trustees must join.
 * What stays behind is `kept`: the key and the plain bytes, with which the bidder can open the box himself.
 * It opens as well, for whoever checks a record in which the keys have been published (proof/openings.ts).
 */

export interface Sealable {
  auction: string;
  lot: string;
  bidder: string;
  /** In the smallest unit, 0 to 2^53 - 1. */
  price: number;
  unit: string;
}

export interface SealedOffer {
  commit: string;
  box: string;
  k: number;
  shares: string[];
}

export interface Kept {
  key: string;
  plain: string;
}

/** Chance is brought in from outside in tests only; a page never passes it. */
export interface Chance {
  key: Uint8Array;
  nonce: Uint8Array;
}

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const text = (value: string): Bytes => encoder.encode(value);
const DIGITS = String(Number.MAX_SAFE_INTEGER).length;

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(value: string): Bytes {
  return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
}

function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const chance = (): Bytes => crypto.getRandomValues(new Uint8Array(32));

// --- which curve -----------------------------------------------------------------------------------------------

/** RFC 9180 section 7.1: a key exchange as WebCrypto names it, its number, and how long its public keys are. */
export interface Curve {
  name: "X25519" | "P-256";
  kem: number;
  bytes: number;
  algorithm: { name: string; namedCurve?: string };
}

export const X25519: Curve = { name: "X25519", kem: 0x20, bytes: 32, algorithm: { name: "X25519" } };
export const P256: Curve = { name: "P-256", kem: 0x10, bytes: 65, algorithm: { name: "ECDH", namedCurve: "P-256" } };

const pairOf = async (curve: Curve): Promise<CryptoKeyPair> => (await crypto.subtle.generateKey(curve.algorithm, false, ["deriveBits"])) as CryptoKeyPair;

/** The trustee's key for this curve: of 32 bytes, or of the 97 that hold both. */
function keyFor(curve: Curve, trustee: string): Bytes | null {
  const whole = fromBase64(trustee);
  const part = curve === X25519 ? whole.slice(0, X25519.bytes) : whole.slice(X25519.bytes);
  return part.length === curve.bytes ? part : null;
}

/**
 * What this browser can seal with to these trustees: X25519, P-256 where it has none of that, or null.
 * Outside a secure context there is no WebCrypto at all. Where nobody else opens, any browser with it will do.
 */
export async function curveFor(trustees: readonly string[]): Promise<Curve | null> {
  for (const curve of [X25519, P256]) {
    if (trustees.some((trustee) => keyFor(curve, trustee) === null)) continue;
    try {
      await pairOf(curve);
      return curve;
    } catch {
      // Not in this browser.
    }
  }
  return null;
}

// --- RFC 5869 and RFC 9180 -------------------------------------------------------------------------------------

async function hmac(key: Uint8Array, data: Uint8Array): Promise<Bytes> {
  const signer = await crypto.subtle.importKey("raw", joined(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", signer, joined(data)));
}

// WebCrypto's HKDF cannot leave out its first half, so both halves are built on HMAC. An empty key is padded with zeros anyway.
const extract = (salt: Uint8Array, secret: Uint8Array): Promise<Bytes> => hmac(salt.length ? salt : new Uint8Array(32), secret);

async function expand(key: Uint8Array, info: Uint8Array, length: number): Promise<Bytes> {
  let block: Bytes = new Uint8Array(0);
  let whole: Bytes = new Uint8Array(0);
  for (let counter = 1; whole.length < length; counter += 1) {
    block = await hmac(key, joined(block, info, Uint8Array.of(counter)));
    whole = joined(whole, block);
  }
  return whole.slice(0, length);
}

const EMPTY = new Uint8Array(0);

const labeledExtract = (suite: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array): Promise<Bytes> =>
  extract(salt, joined(text("HPKE-v1"), suite, text(label), secret));

const labeledExpand = (suite: Uint8Array, key: Uint8Array, label: string, info: Uint8Array, length: number): Promise<Bytes> =>
  expand(key, joined(Uint8Array.of(length >> 8, length & 0xff), text("HPKE-v1"), suite, text(label), info), length);

/**
 * RFC 9180 section 6.1, base mode: DHKEM(curve, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; gives enc || ct.
 * The curve is told by the length of the recipient's key.
 * `ephemeral` and `aad` are for the RFC's own vectors: whoever seals leaves them out.
 */
export async function hpkeSeal(recipient: Uint8Array, info: Uint8Array, plain: Uint8Array, ephemeral?: CryptoKeyPair, aad: Uint8Array = EMPTY): Promise<Bytes> {
  const curve = recipient.length === X25519.bytes ? X25519 : P256;
  const pair = ephemeral ?? (await pairOf(curve));
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const theirs = await crypto.subtle.importKey("raw", joined(recipient), curve.algorithm, true, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: curve.algorithm.name, public: theirs }, pair.privateKey, 256));
  const { key, iv } = await scheduled(curve, shared, enc, recipient, info);
  return joined(enc, await encrypted(key, iv, aad, plain));
}

/** RFC 9180 sections 4.1 and 5.1: from the shared secret of both sides to the key and nonce of one message. */
async function scheduled(curve: Curve, shared: Uint8Array, enc: Uint8Array, recipient: Uint8Array, info: Uint8Array): Promise<{ key: Bytes; iv: Bytes }> {
  // RFC 7748 section 6.1: a low-order key of a trustee would make the secret known to everybody.
  if (shared.every((byte) => byte === 0)) throw new Error("low-order key");
  const KEM = joined(text("KEM"), Uint8Array.of(0, curve.kem));
  const SUITE = joined(text("HPKE"), Uint8Array.of(0, curve.kem, 0, 1, 0, 2));
  const agreed = await labeledExtract(KEM, EMPTY, "eae_prk", shared);
  const secret = await labeledExpand(KEM, agreed, "shared_secret", joined(enc, recipient), 32);
  const context = joined(
    Uint8Array.of(0),
    await labeledExtract(SUITE, EMPTY, "psk_id_hash", EMPTY),
    await labeledExtract(SUITE, EMPTY, "info_hash", info),
  );
  const schedule = await labeledExtract(SUITE, secret, "secret", EMPTY);
  const key = await labeledExpand(SUITE, schedule, "key", context, 32);
  const iv = await labeledExpand(SUITE, schedule, "base_nonce", context, 12);
  return { key, iv };
}

/** PKCS #8 of a bare X25519 private key (RFC 8410): a fixed head and the 32 bytes. */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20);

/** A trustee's published X25519 key, with the public one that belongs to it; throws where the browser has no X25519. */
export async function opener(secret: Uint8Array): Promise<{ own: CryptoKey; public: Bytes }> {
  const own = await crypto.subtle.importKey("pkcs8", joined(PKCS8, secret), X25519.algorithm, true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", own);
  return { own, public: fromBase64(x!.replaceAll("-", "+").replaceAll("_", "/").padEnd(44, "=")) };
}

/** What was sealed to this X25519 key and info; null when it was sealed to another, or altered. */
export async function hpkeOpen(to: { own: CryptoKey; public: Bytes }, info: Uint8Array, sealed: Uint8Array): Promise<Bytes | null> {
  const enc = sealed.slice(0, X25519.bytes);
  try {
    const theirs = await crypto.subtle.importKey("raw", joined(enc), X25519.algorithm, true, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: X25519.name, public: theirs }, to.own, 256));
    const { key, iv } = await scheduled(X25519, shared, enc, to.public, info);
    return await decrypted(key, iv, EMPTY, sealed.slice(X25519.bytes));
  } catch {
    return null;
  }
}

async function decrypted(key: Bytes, iv: Bytes, aad: Uint8Array, box: Uint8Array): Promise<Bytes> {
  const locked = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: joined(aad) }, locked, joined(box)));
}

/** Seals to somebody whose public key is for both curves (base64), on the curve that this browser knows. */
export async function sealTo(publicKey: string, info: Uint8Array, plain: Uint8Array): Promise<Bytes> {
  const curve = await curveFor([publicKey]);
  const recipient = curve && keyFor(curve, publicKey);
  if (!recipient) throw new Error("no curve that both this browser and the house know");
  return hpkeSeal(recipient, info, plain);
}

async function encrypted(key: Bytes, iv: Bytes, aad: Uint8Array, plain: Uint8Array): Promise<Bytes> {
  const locked = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: joined(aad) }, locked, joined(plain)));
}

// --- Shamir over GF(2^8), modulo x^8 + x^4 + x^3 + x + 1 -------------------------------------------------------

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    if ((b >> bit) & 1) product ^= a << bit;
  }
  for (let bit = 14; bit >= 8; bit -= 1) {
    if ((product >> bit) & 1) product ^= 0x11b << (bit - 8);
  }
  return product;
}

export async function deal(secret: Uint8Array, k: number, n: number): Promise<Bytes[]> {
  const others = await expand(secret, text("bidding/shares/v1"), 32 * (k - 1));
  const rows = [secret, ...Array.from({ length: k - 1 }, (_, row) => others.slice(32 * row, 32 * (row + 1)))].reverse();
  return Array.from({ length: n }, (_, number) =>
    Uint8Array.from(secret, (_byte, at) => rows.reduce((value, row) => times(value, number + 1) ^ row[at]!, 0)),
  );
}

const over = (a: number, b: number): number => {
  // The inverse is the 254th power: the field has 255 elements that are not zero.
  let inverse = 1;
  for (let power = 0; power < 254; power += 1) inverse = times(inverse, b);
  return times(a, inverse);
};

/** The secret behind exactly these shares, by number; nonsense when one of them is wrong. */
export function join(shares: ReadonlyMap<number, Uint8Array>): Bytes {
  const secret = new Uint8Array(32);
  for (const [x, share] of shares) {
    let weight = 1;
    for (const other of shares.keys()) if (other !== x) weight = times(weight, over(other, other ^ x));
    share.forEach((byte, at) => (secret[at]! ^= times(weight, byte)));
  }
  return secret;
}

// --- the sealed offer ------------------------------------------------------------------------------------------

/** The plain bytes: sorted keys, no spaces, and a pad that makes all prices equally long. */
export function plainOf(offer: Sealable, nonce: Uint8Array): Bytes {
  if (!Number.isSafeInteger(offer.price) || offer.price < 0) throw new RangeError("price");
  const digits = String(offer.price);
  return text(
    JSON.stringify({
      auction: offer.auction,
      bidder: offer.bidder,
      lot: offer.lot,
      nonce: toBase64(nonce),
      pad: "0".repeat(DIGITS - digits.length),
      price: offer.price,
      unit: offer.unit,
      v: 1,
    }),
  );
}

/** What everything of a sealed offer is bound to. */
export const contextOf = (offer: { auction: string; lot: string; bidder: string }): Bytes =>
  text(`bidding/sealed-bid/v1\n${offer.auction}\n${offer.lot}\n${offer.bidder}\n`);

export const commitmentOf = async (context: Uint8Array, plain: Uint8Array): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(context, plain)));

/** What is in the box under this key; null when the key is another, or it is not what was committed to. */
export async function openBox(context: Uint8Array, commit: Uint8Array, box: Uint8Array, key: Uint8Array): Promise<Bytes | null> {
  try {
    const plain = await decrypted(await expand(key, text("bidding/box/v1"), 32), new Uint8Array(12), joined(context, commit), box);
    const held = await commitmentOf(context, plain);
    return held.every((byte, at) => byte === commit[at]) && commit.length === held.length ? plain : null;
  } catch {
    return null;
  }
}

/**
 * `trustees` are public keys in base64, in the order of the terms; none of them and k = 0: the bidder opens.
 * `using` is the curve: a page leaves it to what the browser can.
 */
export async function seal(offer: Sealable, trustees: readonly string[], k: number, given?: Chance, using?: Curve): Promise<{ sealed: SealedOffer; kept: Kept }> {
  const key = given ? joined(given.key) : chance();
  const plain = plainOf(offer, given ? given.nonce : chance());
  const context = contextOf(offer);
  const commit = await commitmentOf(context, plain);
  const bound = joined(context, commit);
  const box = await encrypted(await expand(key, text("bidding/box/v1"), 32), new Uint8Array(12), bound, plain);
  const curve = using ?? (await curveFor(trustees));
  const dealt = k > 0 ? await deal(key, k, trustees.length) : [];
  const shares = await Promise.all(
    dealt.map((share, at) => {
      const recipient = curve && keyFor(curve, trustees[at]!);
      if (!recipient) throw new Error("no curve that both this browser and the trustee know");
      return hpkeSeal(recipient, joined(bound, Uint8Array.of(at + 1)), share);
    }),
  );
  return {
    sealed: { commit: toBase64(commit), box: toBase64(box), k, shares: shares.map(toBase64) },
    kept: { key: toBase64(key), plain: toBase64(plain) },
  };
}
