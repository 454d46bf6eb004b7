// The floor of an upload: an HTTP server that reads bodies and does nothing with them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer({ noDelay: true }, (req, res) => {
  req.on('end', () => {
    res.writeHead(201, { 'content-type': 'application/json' });
    res.end('{"outcome":"created"}');
  });
  req.resume();
});
server.listen(0, '127.0.0.1', () => { process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`); });
