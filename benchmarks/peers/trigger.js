// What the peers on Node have in common: POST /publish/TOPIC hands its body over; the rest is theirs.
import { createServer } from 'node:http';

export function serve(port, publish) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const [, act, topic] = request.url.split('/');
      if (act === 'publish') publish(topic, Buffer.concat(parts));
      response.writeHead(200, { 'Content-Length': 4 }).end('told');
    });
  });
  process.on('SIGTERM', () => process.exit(0));
  server.listen({ port, host: '127.0.0.1', backlog: 2048 });
  return server;
}
