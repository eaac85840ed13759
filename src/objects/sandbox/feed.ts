import { FEED_PROTOCOL, type FeedEvent } from "../../documents/feed.ts";

/** How the object is told whether a watcher came without a token: "true" or "false". */
export const VISITOR_HEADER = "X-Sandbox-Visitor";

const VISITOR = "visitor";

/**
 * Takes a watcher in, a visitor being one without a token; the socket hibernates, so watching costs nothing while
 * nothing happens.
 */
export function acceptWatcher(ctx: DurableObjectState, isVisitor: boolean): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  ctx.acceptWebSocket(server, isVisitor ? [VISITOR] : []);
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "Sec-WebSocket-Protocol": FEED_PROTOCOL },
  });
}

/** Sends those away who came without a token. */
export function dismissVisitors(ctx: DurableObjectState): void {
  for (const socket of ctx.getWebSockets(VISITOR)) socket.close(1008, "watching wants a token now");
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
