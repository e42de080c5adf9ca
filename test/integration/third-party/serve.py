"""llama.cpp's own HTTP server, as the xllamacpp package ships it. Arguments: model file, port, model name."""
import signal
import sys
import xllamacpp

path, port, name = sys.argv[1:4]
params = xllamacpp.CommonParams()
params.model.path = path
params.port = int(port)
params.model_alias = {name}
params.n_ctx = 2048
params.n_parallel = 4
params.endpoint_metrics = True
params.warmup = False
server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
