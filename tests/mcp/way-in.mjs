// Shows the token of a server for a client that cannot: the conformance suites take nothing but a URL.
//
//   node way-in.mjs PORT TOKEN
//
// Its own host and origin become those of the server; all other ones go through as they are, since the
// suites try some that must be refused. The port is printed on a line.
import { createServer, request } from "node:http";

const [port, token] = process.argv.slice(2);
const own = () => `localhost:${server.address().port}`;

const server = createServer((asked, answer) => {
  const headers = { ...asked.headers, authorization: `Bearer ${token}` };
  if (headers.host === own()) headers.host = `localhost:${port}`;
  if (headers.origin === `http://${own()}`) headers.origin = `http://localhost:${port}`;
  const way = request({ host: "127.0.0.1", port, path: asked.url, method: asked.method, headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  way.on("error", () => answer.destroy());
  asked.pipe(way);
});

server.listen(0, "localhost", () => console.log(server.address().port));
