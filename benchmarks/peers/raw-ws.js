// The limit on Node: `ws`, and one loop that sends the bytes as they are.
//
//     node raw-ws.js PORT
import { WebSocketServer } from 'ws';
import { serve } from './trigger.js';

const topics = new Map();

const server = serve(Number(process.argv[2]), (topic, body) => {
  for (const socket of topics.get(topic) ?? []) socket.send(body, { binary: false });
});

function take(socket, message) {
  const { type, payload } = JSON.parse(message);
  if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
  if (type !== 'subscribe') return;
  const { topic } = payload.variables;
  if (!topics.has(topic)) topics.set(topic, new Set());
  topics.get(topic).add(socket);
  socket.on('close', () => topics.get(topic).delete(socket));
}

new WebSocketServer({ server, path: '/graphql' }).on('connection', (socket) => {
  socket.on('message', (message) => take(socket, message));
});
