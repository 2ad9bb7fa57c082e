# OpenSegR.Realtime on an NVIDIA GPU: CUDA 13, cuDNN 9, TensorRT 10.
#
#   docker build -t segr . && docker run --rm --gpus all segr doctor
#
# It has not been built where it was written: there was neither Docker nor a GPU.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS dotnet

FROM nvidia/cuda:13.0.1-cudnn-devel-ubuntu24.04
COPY --from=dotnet /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet \
 && apt-get update \
 && apt-get install -y --no-install-recommends libnvinfer10 libnvinfer-plugin10 libnvonnxparsers10 \
 # The headers' package has no 10 in its name: without a version it may be TensorRT 11's.
 && apt-get install -y --no-install-recommends "libnvinfer-headers-dev=$(dpkg-query -W -f '${Version}' libnvinfer10)" \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /segr
COPY . .
RUN ./segr setup --gpu
ENTRYPOINT ["./segr"]
CMD ["doctor"]
