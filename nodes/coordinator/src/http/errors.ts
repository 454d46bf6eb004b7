import { type ErrorCode, ERRORS, errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyError, FastifyInstance } from 'fastify';

/** fastify's own errors in our words. */
const OWN: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'bad_request', FST_ERR_CTP_BODY_TOO_LARGE: 'too_large', FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request', FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'incomplete', FST_REQ_FILE_TOO_LARGE: 'too_large', FST_FILES_LIMIT: 'bad_request', FST_PARTS_LIMIT: 'bad_request', FST_FIELDS_LIMIT: 'bad_request', FST_INVALID_MULTIPART_CONTENT_TYPE: 'bad_request',
};

/** One place where errors become answers: `{code, message, data?}`. What is not in the code table is logged and told as `internal`. */
export function addErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | MantelError, req, reply) => {
    let type = error instanceof MantelError ? error.type : errorCode(error);
    if (type === 'internal' && 'code' in error) type = OWN[error.code] ?? type;
    if (type === 'internal' && 'statusCode' in error && error.statusCode === 429) type = 'rate_limited';
    if (type === 'internal' && 'statusCode' in error && (error.statusCode === 400 || error.statusCode === 413)) type = error.statusCode === 400 ? 'bad_request' : 'too_large';
    const known = error instanceof MantelError ? error : new MantelError(type);
    if (type === 'internal') req.log.error({ err: error, url: req.url }, 'a request failed');
    else if (known.status === 401 || known.status === 403 || known.status === 410) req.log.warn({ code: type, url: req.url, address: req.ip }, 'refused');
    if (reply.sent) return;
    void reply.code(ERRORS[type].status).header('cache-control', 'no-store').send({ code: type, message: known.message, ...(known.data ? { data: known.data } : {}) });
  });
}
