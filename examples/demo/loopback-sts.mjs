// A stand-in for AWS STS on the loopback interface, so that the real AWS CLI works without an account.
import { createServer } from 'node:http';

const ANSWER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::000000000000:user/demo</Arn>
    <UserId>AIDADEMO</UserId>
    <Account>000000000000</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`;

/** Answers every `GetCallerIdentity`. `close()` also closes open connections. */
export async function startLoopbackSts() {
  const asked = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const action = new URLSearchParams(body).get('Action');
      asked.push(action);
      response.writeHead(action === 'GetCallerIdentity' ? 200 : 400, {
        'content-type': 'text/xml',
      });
      response.end(action === 'GetCallerIdentity' ? ANSWER : '');
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
