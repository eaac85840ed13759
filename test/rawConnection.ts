import { once } from "node:events";
import { connect, type Socket } from "node:net";

const PATIENCE_MS = 10_000;

/** A connection that says exactly what it is told to. */
export class RawConnection {
  readonly socket: Socket;
  /** What came so far, a character for each byte. */
  received = "";
  readonly #closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    // A server that refuses may do so without a word.
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.received += chunk.toString("latin1");
    });
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  static async open(server: string): Promise<RawConnection> {
    const { hostname, port } = new URL(server);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  write(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Fulfilled when the server has closed the connection, or when what came is enough; fails after ten seconds. */
  async until(enough: (received: string) => boolean): Promise<string> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (!enough(this.received) && !this.socket.closed) {
      if (deadline.aborted)
        throw new Error(`the server neither answered nor hung up: ${this.received.slice(0, 500)}`);
      await Promise.race([once(this.socket, "data", { signal: deadline }).catch(() => {}), this.#closed]);
    }
    return this.received;
  }

  close(): void {
    this.socket.destroy();
  }
}
