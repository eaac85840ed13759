/**
 * Issues and opens one list's tokens. A token holds the position at which the page ended and a MAC over the position, so
 * that nobody can make a token up or use it for another list.
 */
export class PageTokens {
  readonly #kv: SyncKvStorage;
  readonly #list: string;

  /** The object that has the list stores the key in `kv`, on first use; `list` distinguishes its lists. */
  constructor(kv: SyncKvStorage, list: string) {
    this.#kv = kv;
    this.#list = list;
  }

  async issue(position: string): Promise<string> {
    const bytes = new TextEncoder().encode(position);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await this.#key(), this.#signed(bytes)));
    return `${base64url(mac)}.${base64url(bytes)}`;
  }

  /** The position that the token holds; undefined when this list did not issue the token. */
  async open(token: string): Promise<string | undefined> {
    const [mac, position] = token.split(".").map(fromBase64url);
    if (
      mac &&
      position &&
      (await crypto.subtle.verify("HMAC", await this.#key(), mac, this.#signed(position)))
    ) {
      return new TextDecoder().decode(position);
    }
    return undefined;
  }

  #signed(position: Uint8Array): Uint8Array {
    return new TextEncoder().encode(`${this.#list}/${new TextDecoder().decode(position)}`);
  }

  #key(): Promise<CryptoKey> {
    let key = this.#kv.get<Uint8Array>("pageTokenKey");
    if (key === undefined) {
      key = crypto.getRandomValues(new Uint8Array(32));
      this.#kv.put("pageTokenKey", key);
    }
    return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  }
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function fromBase64url(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return undefined;
  }
}
