-- wrk's sender: one signed body of 300 bytes; each request a delivery of its own, or one of a few
-- ids again and again (a duplicate storm). Arguments: signature, ids in circulation (0: all fresh).
local threads = 0
function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

function init(args)
  signature, circulating = args[1], tonumber(args[2])
  run, count = args[3], 0
  body = '{"id":820982911946154508,"note":"' .. string.rep("x", 300 - 35) .. '"}'
end

function request()
  count = count + 1
  local id = circulating > 0 and ("storm-" .. (count % circulating)) or (place .. "-" .. count)
  return wrk.format("POST", "/ingest/shopify", {
    ["content-type"] = "application/json",
    ["x-shopify-topic"] = "orders/create",
    ["x-shopify-shop-domain"] = "bench.myshopify.com",
    ["x-shopify-webhook-id"] = run .. "-" .. id,
    ["x-shopify-hmac-sha256"] = signature,
  }, body)
end

function done(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, ' ..
    '"not_2xx": %d, "socket_errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, wrong.status,
    wrong.connect + wrong.read + wrong.write + wrong.timeout))
end
