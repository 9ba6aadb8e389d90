-- wrk -s tests/bench/wrk.lua URL -- BODIES TOKEN: one prepared body per line, formatted once.
local requests, count, at = {}, 0, 0

function init(arguments)
  local headers = {
    ["Content-Type"] = "application/json",
    ["Accept"] = "application/graphql-response+json",
    ["Authorization"] = "Bearer " .. arguments[2],
  }
  for line in io.lines(arguments[1]) do
    count = count + 1
    requests[count] = wrk.format("POST", "/graphql", headers, line)
  end
end

function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
