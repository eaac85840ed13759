import type { FeedEvent } from "./feedEvent.ts";

/** The subprotocol of the live feed; a browser adds its control token as `token.{token}`. */
export const FEED_PROTOCOL = "fc-sandbox";

/** Takes a watcher in; the socket hibernates, so watching costs nothing while nothing happens. */
export function acceptWatcher(ctx: DurableObjectState): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  ctx.acceptWebSocket(server);
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "Sec-WebSocket-Protocol": FEED_PROTOCOL },
  });
}

/** Tells every watcher; one that is gone misses it, and one that is slow is waited for by nobody. */
export function tellWatchers(ctx: DurableObjectState, event: FeedEvent): void {
  const message = JSON.stringify(event);
  for (const socket of ctx.getWebSockets()) {
    try {
      socket.send(message);
    } catch {
      // It closed in the meantime: webSocketClose tells us.
    }
  }
}
