module github.com/volens-network/volens/tools/protoc-gen-grpc-gateway

go 1.26.5

tool github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway

require (
	github.com/ghodss/yaml v1.0.0 // indirect
	github.com/golang/glog v0.0.0-20160126235308-23def4e6c14b // indirect
	github.com/golang/protobuf v1.3.3 // indirect
	github.com/grpc-ecosystem/grpc-gateway v1.16.0 // indirect
	google.golang.org/genproto v0.0.0-20200513103714-09dca8ec2884 // indirect
	gopkg.in/yaml.v2 v2.2.3 // indirect
)
